/** Files in the shape of each shop's export, made up, through the command line with one option. */
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { parse } from 'csv-parse/sync'
import { stringify, type Options } from 'csv-stringify/sync'
import { join } from 'node:path'
import { temporaryFolder } from '#scripts/lab/harness/test-server.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>

beforeAll(async () => {
  folder = await temporaryFolder()
})
afterAll(() => folder[Symbol.asyncDispose]())

async function products(database: string, ...args: string[]) {
  const command = Bun.spawn(['bun', join(import.meta.dir, 'products.ts'), ...args], {
    env: { ...process.env, DATABASE_URL: `file:${join(folder.path, database)}` },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr, code] = await Promise.all([
    new Response(command.stdout).text(),
    new Response(command.stderr).text(),
    command.exited,
  ])
  return { stdout, stderr, code }
}

type Row = [sku: string, name: string, price: string, stockLevel: string]

async function catalogueOf(database: string): Promise<Row[]> {
  const { stdout } = await products(database, 'export')
  const rows = parse<Record<string, string>>(stdout, { columns: true })
  return rows.map(({ sku = '', name = '', price = '', stock_level = '' }) => [sku, name, price, stock_level])
}

async function write(name: string, text: string): Promise<string> {
  const path = join(folder.path, name)
  await Bun.write(path, text)
  return path
}

interface ShopFile {
  shop: string
  kind: string
  /** All of them, separated by `|`, in the order of the file. */
  headings: string
  /** Cells by their heading; those that are not named are empty. */
  lines: Record<string, string>[]
  dialect?: Options
  rows: Row[]
}

const SHOPIFY_GOOGLE = `Google Shopping / Google Product Category|Google Shopping / Gender|Google Shopping / Age Group|Google Shopping / MPN|Google Shopping / Condition|Google Shopping / Custom Product|Google Shopping / Custom Label 0|Google Shopping / Custom Label 1|Google Shopping / Custom Label 2|Google Shopping / Custom Label 3|Google Shopping / Custom Label 4`

const FILES: ShopFile[] = [
  {
    shop: 'Shopify',
    kind: 'with variants and pictures',
    headings: `Handle|Title|Body (HTML)|Vendor|Product Category|Type|Tags|Published|Option1 Name|Option1 Value|Option1 Linked To|Option2 Name|Option2 Value|Option2 Linked To|Option3 Name|Option3 Value|Option3 Linked To|Variant SKU|Variant Grams|Variant Inventory Tracker|Variant Inventory Qty|Variant Inventory Policy|Variant Fulfillment Service|Variant Price|Variant Compare At Price|Variant Requires Shipping|Variant Taxable|Variant Barcode|Image Src|Image Position|Image Alt Text|Gift Card|SEO Title|SEO Description|${SHOPIFY_GOOGLE}|Variant Image|Variant Weight Unit|Variant Tax Code|Cost per item|Included / United States|Price / United States|Compare At Price / United States|Status`,
    lines: [
      {
        Handle: 'linen-shirt',
        Title: 'Linen Shirt',
        'Body (HTML)': '<p>Light, cool and\n"pre-washed".</p>',
        Vendor: 'Northfield',
        'Product Category': 'Apparel & Accessories > Clothing > Shirts & Tops',
        Tags: 'linen, summer',
        Published: 'true',
        'Option1 Name': 'Size',
        'Option1 Value': 'S',
        'Variant SKU': 'LIN-S',
        'Variant Grams': '210',
        'Variant Inventory Tracker': 'shopify',
        'Variant Inventory Qty': '12',
        'Variant Inventory Policy': 'deny',
        'Variant Fulfillment Service': 'manual',
        'Variant Price': '49.00',
        'Variant Compare At Price': '59.00',
        'Variant Requires Shipping': 'true',
        'Variant Taxable': 'true',
        'Variant Barcode': "'0400638133393",
        'Image Src': 'https://cdn.example/linen-front.jpg',
        'Image Position': '1',
        'Gift Card': 'false',
        'Variant Weight Unit': 'g',
        'Cost per item': '18.00',
        'Included / United States': 'true',
        Status: 'active',
      },
      {
        Handle: 'linen-shirt',
        'Option1 Value': 'M',
        'Variant SKU': 'LIN-M',
        'Variant Grams': '230',
        'Variant Inventory Tracker': 'shopify',
        'Variant Inventory Qty': '0',
        'Variant Price': '51.50',
        'Image Src': 'https://cdn.example/linen-back.jpg',
        'Image Position': '2',
        'Variant Weight Unit': 'g',
      },
      { Handle: 'linen-shirt', 'Image Src': 'https://cdn.example/linen-cuff.jpg', 'Image Position': '3' },
      {
        Handle: 'canvas-tote',
        Title: 'Canvas Tote, "Harbour"',
        Vendor: 'Northfield',
        Published: 'true',
        'Option1 Name': 'Title',
        'Option1 Value': 'Default Title',
        'Variant SKU': 'TOTE-1',
        'Variant Inventory Tracker': 'shopify',
        'Variant Inventory Qty': '7',
        'Variant Price': '19.90',
        'Gift Card': 'false',
        Status: 'active',
      },
    ],
    rows: [
      ['LIN-S', 'Linen Shirt', '49.00', '12'],
      ['LIN-M', 'Linen Shirt', '51.50', '0'],
      ['TOTE-1', 'Canvas Tote, "Harbour"', '19.90', '7'],
    ],
  },
  {
    shop: 'Shopify',
    kind: 'with the headings of its product template',
    headings: `Title|URL handle|Description|Vendor|Product category|Type|Tags|Published on online store|Status|SKU|Barcode|Option1 name|Option1 value|Option1 Linked To|Option2 name|Option2 value|Option2 Linked To|Option3 name|Option3 value|Option3 Linked To|Price|Compare-at price|Cost per item|Charge tax|Tax code|Unit price total measure|Unit price total measure unit|Unit price base measure|Unit price base measure unit|Inventory tracker|Inventory quantity|Continue selling when out of stock|Weight value (grams)|Weight unit for display|Requires shipping|Fulfillment service|Product image URL|Image position|Image alt text|Variant image URL|Gift card|SEO title|SEO description|${SHOPIFY_GOOGLE}`,
    lines: [
      {
        Title: 'Oak Stool',
        'URL handle': 'oak-stool',
        Status: 'Active',
        SKU: 'OAK-45',
        'Option1 name': 'Height',
        'Option1 value': '45 cm',
        Price: '89.00',
        'Compare-at price': '99.00',
        'Inventory tracker': 'shopify',
        'Inventory quantity': '5',
        'Product image URL': 'https://cdn.example/oak.jpg',
        'Image position': '1',
      },
      {
        'URL handle': 'oak-stool',
        SKU: 'OAK-65',
        'Option1 value': '65 cm',
        Price: '109.00',
        'Inventory tracker': 'shopify',
        'Inventory quantity': '3',
      },
      {
        'URL handle': 'oak-stool',
        'Product image URL': 'https://cdn.example/oak-2.jpg',
        'Image position': '2',
      },
    ],
    rows: [
      ['OAK-45', 'Oak Stool', '89.00', '5'],
      ['OAK-65', 'Oak Stool', '109.00', '3'],
    ],
  },
  {
    shop: 'WooCommerce',
    kind: 'in English',
    headings:
      'ID|Type|SKU|GTIN, UPC, EAN, or ISBN|Name|Published|Is featured?|Visibility in catalog|Short description|Description|Date sale price starts|Date sale price ends|Tax status|Tax class|In stock?|Stock|Low stock amount|Backorders allowed?|Sold individually?|Weight (kg)|Length (cm)|Width (cm)|Height (cm)|Allow customer reviews?|Purchase note|Sale price|Regular price|Categories|Tags|Shipping class|Images|Download limit|Download expiry days|Parent|Grouped products|Upsells|Cross-sells|External URL|Button text|Position|Brands|Attribute 1 name|Attribute 1 value(s)|Attribute 1 visible|Attribute 1 global',
    dialect: { bom: true },
    lines: [
      {
        ID: '44',
        Type: 'simple',
        SKU: 'woo-mug',
        'GTIN, UPC, EAN, or ISBN': '4006381333931',
        Name: 'Mug, blue',
        Published: '1',
        'Tax status': 'taxable',
        'In stock?': '1',
        Stock: '34',
        'Sale price': '8.5',
        'Regular price': '11',
        Categories: 'Kitchen > Mugs, Sale',
        Position: '0',
      },
      {
        ID: '45',
        Type: 'simple',
        SKU: 'woo-cap',
        Name: 'Cap',
        Published: '1',
        'In stock?': '1',
        'Regular price': '16.99',
        Position: '0',
      },
      {
        ID: '52',
        Type: 'variation',
        SKU: 'woo-hoodie-red',
        Name: 'Hoodie - Red',
        Published: '1',
        'In stock?': '0',
        Stock: '0',
        'Regular price': '45',
        Parent: 'woo-hoodie',
        'Attribute 1 name': 'Colour',
        'Attribute 1 value(s)': 'Red',
      },
    ],
    rows: [
      ['woo-mug', 'Mug, blue', '11.00', '34'],
      ['woo-cap', 'Cap', '16.99', '0'],
      ['woo-hoodie-red', 'Hoodie - Red', '45.00', '0'],
    ],
  },
  {
    shop: 'WooCommerce',
    kind: 'in French',
    headings:
      "ID|Type|UGS|GTIN, UPC, EAN ou ISBN|Nom|Publié|Mis en avant ?|Visibilité dans le catalogue|Description courte|Description|Date de début de promo|Date de fin de promo|État de la TVA|Classe de TVA|En stock ?|Stock|Montant de stock faible|Autoriser les commandes de produits en rupture ?|Vendre individuellement ?|Poids (kg)|Longueur (cm)|Largeur (cm)|Hauteur (cm)|Autoriser les avis clients ?|Note de commande|Tarif promo|Tarif régulier|Catégories|Étiquettes|Classe d'expédition|Images|Limite de téléchargement|Jours d'expiration du téléchargement|Parent|Groupes de produits|Produits suggérés|Ventes croisées|URL externe|Libellé du bouton|Position|Brands",
    dialect: { bom: true },
    lines: [
      {
        ID: '40',
        Type: 'simple',
        UGS: 'riz-long',
        Nom: 'Riz long, étuvé',
        Publié: '1',
        'En stock ?': '1',
        Stock: '12',
        'Tarif promo': '2,95',
        'Tarif régulier': '3,5',
        Catégories: 'Épicerie',
      },
      {
        ID: '42',
        Type: 'simple',
        UGS: 'huile-1l',
        Nom: "Huile d'olive 1 L",
        Publié: '1',
        'En stock ?': '1',
        Stock: '108',
        'Tarif régulier': '18',
      },
    ],
    rows: [
      ['riz-long', 'Riz long, étuvé', '3.50', '12'],
      ['huile-1l', "Huile d'olive 1 L", '18.00', '108'],
    ],
  },
  {
    shop: 'Odoo',
    kind: 'of products, with technical headings',
    headings:
      'id|priority|name|default_code|product_tag_ids/id|barcode|list_price|standard_price|categ_id/id|type|qty_available|virtual_available|uom_id/id|sale_ok|active',
    dialect: { quoted: true, quoted_empty: true },
    lines: [
      {
        id: '__export__.product_template_14_6b0f2c1d',
        priority: '0',
        name: 'Desk Lamp',
        default_code: 'LAMP-01',
        list_price: '39.5',
        standard_price: '21.0',
        type: 'consu',
        qty_available: '14.0',
        virtual_available: '10.0',
        'uom_id/id': 'uom.product_uom_unit',
        sale_ok: 'True',
        active: 'True',
      },
      {
        id: 'product.product_template_9',
        name: 'Drawer, black',
        default_code: 'FURN-9',
        list_price: '110.0',
        standard_price: '70.25',
        type: 'consu',
        qty_available: '0.0',
        virtual_available: '2.0',
      },
    ],
    rows: [
      ['LAMP-01', 'Desk Lamp', '39.50', '14'],
      ['FURN-9', 'Drawer, black', '110.00', '0'],
    ],
  },
  {
    shop: 'Odoo',
    kind: 'of variants, with technical headings',
    headings:
      'id|default_code|name|product_template_variant_value_ids/id|barcode|lst_price|standard_price|categ_id/id|qty_available|virtual_available|uom_id/id',
    dialect: { quoted: true, quoted_empty: true },
    lines: [
      {
        id: 'product.product_product_4b',
        default_code: 'DESK-B',
        name: 'Desk',
        lst_price: '750.0',
        standard_price: '500.0',
        qty_available: '3.0',
      },
      {
        id: 'product.product_product_4c',
        default_code: 'DESK-C',
        name: 'Desk',
        lst_price: '800.4',
        standard_price: '500.0',
        qty_available: '1.0',
      },
    ],
    rows: [
      ['DESK-B', 'Desk', '750.00', '3'],
      ['DESK-C', 'Desk', '800.40', '1'],
    ],
  },
  {
    shop: 'Odoo',
    kind: 'with labelled headings',
    headings:
      'Favorite|Internal Reference|Name|Product Tags|Barcode|Sales Price|Cost|Product Category|Product Type|Quantity On Hand|Forecasted Quantity|Unit of Measure',
    dialect: { quoted: true, quoted_empty: true },
    lines: [
      {
        Favorite: 'Normal',
        'Internal Reference': 'E-COM08',
        Name: 'Storage Box',
        'Sales Price': '79.0',
        Cost: '60.0',
        'Product Category': 'All / Saleable',
        'Product Type': 'Goods',
        'Quantity On Hand': '18.0',
        'Forecasted Quantity': '15.0',
        'Unit of Measure': 'Units',
      },
      {
        'Internal Reference': 'E-COM10',
        Name: 'Pedal Bin',
        'Sales Price': '47.25',
        Cost: '10.0',
        'Quantity On Hand': '22.0',
        'Forecasted Quantity': '22.0',
      },
    ],
    rows: [
      ['E-COM08', 'Storage Box', '79.00', '18'],
      ['E-COM10', 'Pedal Bin', '47.25', '22'],
    ],
  },
  {
    shop: 'Square',
    kind: 'with one location',
    headings:
      'Reference Handle|Token|Item Name|Variation Name|SKU|Description|Categories|Reporting Category|SEO Title|SEO Description|Permalink|GTIN|Square Online Item Visibility|Item Type|Weight (lb)|Social Media Link Title|Social Media Link Description|Shipping Enabled|Self-serve Ordering Enabled|Delivery Enabled|Pickup Enabled|Price|Online Sale Price|Archived|Sellable|Contains Alcohol|Stockable|Skip Detail Screen in POS|Option Name 1|Option Value 1|Default Unit Cost|Default Vendor Name|Default Vendor Code|Current Quantity Main Street|New Quantity Main Street|Stock Alert Enabled Main Street|Stock Alert Count Main Street|Tax - Sales Tax (6.625%)',
    lines: [
      {
        'Reference Handle': '#candle-soy',
        Token: '6F4K2QXJW3V5YH7B',
        'Item Name': 'Soy Candle',
        'Variation Name': 'Regular',
        SKU: 'CAN-1',
        Categories: 'Home',
        'Item Type': 'Physical good',
        Price: '12.00',
        Archived: 'N',
        Sellable: 'Y',
        Stockable: 'Y',
        'Current Quantity Main Street': '26',
        'Stock Alert Enabled Main Street': 'Y',
        'Stock Alert Count Main Street': '5',
        'Tax - Sales Tax (6.625%)': 'Y',
      },
      {
        Token: '7PLM9DRTZ2C6XN8A',
        'Item Name': 'Chess Table',
        'Variation Name': 'Walnut',
        SKU: 'CHS-W',
        Price: '1,250.00',
        'Current Quantity Main Street': '2',
        'Tax - Sales Tax (6.625%)': 'N',
      },
    ],
    rows: [
      ['CAN-1', 'Soy Candle', '12.00', '26'],
      ['CHS-W', 'Chess Table', '1250.00', '2'],
    ],
  },
  {
    shop: 'Lightspeed',
    kind: 'with one outlet',
    headings:
      'id|handle|sku|composite_name|composite_sku|composite_quantity|name|description|product_category|variant_option_one_name|variant_option_one_value|variant_option_two_name|variant_option_two_value|variant_option_three_name|variant_option_three_value|tags|supply_price|retail_price|loyalty_value|loyalty_value_default|tax_name|tax_value|account_code|account_code_purchase|brand_name|supplier_name|supplier_code|active|track_inventory|inventory_Main_Outlet|reorder_point_Main_Outlet|restock_level_Main_Outlet',
    lines: [
      {
        id: '0af7b240-ab1e-11e7-eddc-1d5a8f0e3c11',
        handle: 'trail-sock',
        sku: '10042',
        name: 'Trail Sock',
        product_category: 'Footwear / Socks',
        variant_option_one_name: 'Size',
        variant_option_one_value: 'M',
        supply_price: '4.35',
        retail_price: '14.95',
        tax_name: 'Default Tax',
        active: '1',
        track_inventory: '1',
        inventory_Main_Outlet: '40',
        reorder_point_Main_Outlet: '10',
        restock_level_Main_Outlet: '60',
      },
      {
        id: '0af7b240-ab1e-11e7-eddc-1d5a8f0e3c12',
        handle: 'trail-sock',
        sku: '10043',
        name: 'Trail Sock',
        variant_option_one_value: 'L',
        supply_price: '4.35',
        retail_price: '15.50000',
        active: '1',
        track_inventory: '1',
        inventory_Main_Outlet: '0',
      },
    ],
    rows: [
      ['10042', 'Trail Sock', '14.95', '40'],
      ['10043', 'Trail Sock', '15.50', '0'],
    ],
  },
  {
    shop: 'Shopware',
    kind: 'with semicolons and decimal points',
    headings:
      'id|parent_id|product_number|active|stock|name|description|price_net|price_gross|purchase_prices_net|purchase_prices_gross|tax_id|tax_rate|tax_name|cover_media_id|cover_media_url|cover_media_title|cover_media_alt|manufacturer_id|manufacturer_name|categories|sales_channel|propertyIds|optionIds',
    dialect: { delimiter: ';' },
    lines: [
      {
        id: '018ee103cded7015994e5f9aac551847',
        product_number: 'SW10001',
        active: '1',
        stock: '50',
        name: 'Gläserset; 6 Stück',
        description: '<p>Klar, stabil</p>',
        price_net: '16.798319327731',
        price_gross: '19.99',
        purchase_prices_net: '8',
        purchase_prices_gross: '9.52',
        tax_rate: '19',
        tax_name: 'Standard rate',
        manufacturer_name: 'Waldhütte',
      },
      {
        id: '018ee103cded7015994e5f9aac551848',
        product_number: 'SW10002',
        active: '0',
        stock: '0',
        name: 'Brotkasten',
        price_net: '42.016806722689',
        price_gross: '50',
        tax_rate: '19',
      },
    ],
    rows: [
      ['SW10001', 'Gläserset; 6 Stück', '19.99', '50'],
      ['SW10002', 'Brotkasten', '50.00', '0'],
    ],
  },
  {
    shop: 'Medusa',
    kind: 'with prices in two currencies and of a region',
    headings:
      'Product Id|Product Title|Product Subtitle|Product Status|Product External Id|Product Description|Product Handle|Product Is Giftcard|Product Discountable|Product Thumbnail|Product Collection Id|Product Type Id|Product Weight|Product Created At|Product Updated At|Product Image 1|Product Image 2|Product Tag 1|Product Sales Channel 1|Variant Id|Variant Title|Variant SKU|Variant Barcode|Variant Allow Backorder|Variant Manage Inventory|Variant Inventory Quantity|Variant Rank|Variant Price USD|Variant Price EUR|Variant Price Europe [EUR]|Variant Option 1 Name|Variant Option 1 Value',
    lines: ['S', 'M'].map((size, place) => ({
      'Product Id': 'prod_01JAB3XT7Z',
      'Product Title': 'Medium Sweatshirt',
      'Product Status': 'published',
      'Product Handle': 'sweatshirt',
      'Product Image 1': 'https://cdn.example/front.png',
      'Product Image 2': 'https://cdn.example/back.png',
      'Variant Id': `variant_01JAB3XT${size}`,
      'Variant Title': size,
      'Variant SKU': `SWEAT-${size}`,
      'Variant Manage Inventory': 'true',
      'Variant Inventory Quantity': `${10 + place}`,
      'Variant Price USD': `${15.5 + place}`,
      'Variant Price EUR': '10',
      'Variant Price Europe [EUR]': '9',
      'Variant Option 1 Name': 'Size',
      'Variant Option 1 Value': size,
    })),
    rows: [
      ['SWEAT-S', 'Medium Sweatshirt', '15.50', '10'],
      ['SWEAT-M', 'Medium Sweatshirt', '16.50', '11'],
    ],
  },
  {
    shop: 'Medusa',
    kind: 'of its first major version, with semicolons',
    headings:
      'Product Id|Product Handle|Product Title|Product Subtitle|Product Description|Product Status|Product Thumbnail|Product Weight|Product Length|Product Width|Product Height|Product HS Code|Product Origin Country|Product MID Code|Product Material|Product Collection Title|Product Collection Handle|Product Type|Product Tags|Product Discountable|Product External Id|Product Profile Name|Product Profile Type|Variant Id|Variant Title|Variant SKU|Variant Barcode|Variant Inventory Quantity|Variant Allow Backorder|Variant Manage Inventory|Variant Weight|Variant Length|Variant Width|Variant Height|Variant HS Code|Variant Origin Country|Variant MID Code|Variant Material|Price EUR|Price USD|Price USA [USD]|Option 1 Name|Option 1 Value|Image 1 Url',
    dialect: { delimiter: ';', record_delimiter: '\r\n' },
    lines: ['S', 'M'].map((size) => ({
      'Product Id': 'prod_01G8X9',
      'Product Handle': 'coffee-mug',
      'Product Title': 'Coffee Mug',
      'Product Status': 'published',
      'Variant Id': `variant_01G8X9${size}`,
      'Variant Title': size,
      'Variant SKU': `MUG-${size}`,
      'Variant Inventory Quantity': '100',
      'Variant Manage Inventory': 'true',
      'Price EUR': '10',
      'Price USD': '12.00',
      'Option 1 Name': 'Size',
      'Option 1 Value': size,
    })),
    rows: [
      ['MUG-S', 'Coffee Mug', '12.00', '100'],
      ['MUG-M', 'Coffee Mug', '12.00', '100'],
    ],
  },
]

test.each(FILES.map((file, place) => [file.shop, file.kind, file, place] as const))(
  'a file of %s %s is imported with one option',
  async (shop, _, { headings, lines, dialect, rows }, place) => {
    const columns = headings.split('|')
    for (const heading of lines.flatMap(Object.keys)) expect(columns).toContain(heading)
    const file = await write(`${place}.csv`, stringify(lines, { header: true, columns, ...dialect }))
    const { stdout, stderr, code } = await products(`${place}.db`, 'import', file, '--ignore-unknown')
    expect(stderr).toContain(`This is a file of ${shop}.`)
    expect(stdout).toBe(`${rows.length} created, 0 updated, 0 unchanged, 0 rejected\n`)
    expect(code).toBe(0)
    expect(await catalogueOf(`${place}.db`)).toEqual(rows)
  },
)

test('a stock file without a header changes the stock of the catalogue with one option', async () => {
  const catalogue = await write(
    'catalogue.csv',
    'sku,name,price,stock_level\nART0815,Bolt,0.35,5\nART0816,Nut,0.2,5\nART0817,Nail,0.1,5\n',
  )
  await products('stock.db', 'import', catalogue)
  const stock = await write('stock.csv', 'ART0815;1200\r\nART0817;0\r\nART0816;5\r\n')
  const { stdout, stderr, code } = await products('stock.db', 'import', stock, '--columns', 'sku,stock_level')
  expect(stderr).toBe('')
  expect(stdout).toBe('0 created, 2 updated, 1 unchanged, 0 rejected\n')
  expect(code).toBe(0)
  expect(await catalogueOf('stock.db')).toEqual([
    ['ART0815', 'Bolt', '0.35', '1200'],
    ['ART0816', 'Nut', '0.20', '5'],
    ['ART0817', 'Nail', '0.10', '0'],
  ])
})
