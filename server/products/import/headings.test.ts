import { expect, test } from 'bun:test'
import { findDelimiter } from './dialect.ts'
import { readHeadings, type Field } from './headings.ts'

const fieldsOf = (header: string, map?: Record<string, Field>) => readHeadings(header.split(','), map)

test('headings are known in four languages, whatever their case and spaces', () => {
  const expected: Field[] = ['sku', 'name', 'price', 'stock_level']
  for (const header of [
    'sku,name,price,stock_level',
    'SKU,Name,Price,Stock Level',
    'Artikelnummer,Bezeichnung,Preis,Bestand',
    'Référence,Désignation,Prix,Quantité',
    'Referencia,Nombre,Precio,Cantidad',
  ])
    expect(fieldsOf(header)).toMatchObject({ fields: expected, unknown: [], preset: undefined })
})

const EXPORTS: [shop: string, header: string, fields: Partial<Record<Field, string>>][] = [
  [
    'Shopify',
    'Handle,Title,Body (HTML),Vendor,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,Variant Compare At Price',
    { name: 'Title', sku: 'Variant SKU', stock_level: 'Variant Inventory Qty', price: 'Variant Price' },
  ],
  [
    'WooCommerce',
    'ID,Type,SKU,Name,Published,"In stock?",Stock,Sale price,Regular price',
    { sku: 'SKU', name: 'Name', stock_level: 'Stock', price: 'Regular price' },
  ],
  [
    'WooCommerce',
    'ID,Type,UGS,Nom,Publié,Stock,Tarif promo,Tarif régulier',
    { sku: 'UGS', name: 'Nom', stock_level: 'Stock', price: 'Tarif régulier' },
  ],
  [
    'Odoo',
    'id,default_code,name,list_price,standard_price,qty_available',
    { sku: 'default_code', name: 'name', price: 'list_price', stock_level: 'qty_available' },
  ],
  [
    'Square',
    'Token,Item Name,Variation Name,SKU,Price,Current Quantity Main Street',
    { name: 'Item Name', sku: 'SKU', price: 'Price', stock_level: 'Current Quantity Main Street' },
  ],
  [
    'Lightspeed',
    'id,handle,sku,name,supply_price,retail_price,inventory_Main_Outlet',
    { sku: 'sku', name: 'name', price: 'retail_price', stock_level: 'inventory_Main_Outlet' },
  ],
  [
    'Shopware',
    'id,product_number,name,price_gross,stock,active',
    { sku: 'product_number', name: 'name', price: 'price_gross', stock_level: 'stock' },
  ],
  [
    'Medusa',
    'Product Id,Product Handle,Product Title,Variant Id,Variant SKU,Variant Inventory Quantity,Variant Price USD',
    {
      name: 'Product Title',
      sku: 'Variant SKU',
      stock_level: 'Variant Inventory Quantity',
      price: 'Variant Price USD',
    },
  ],
]

for (const [shop, header, fields] of EXPORTS) {
  test(`an export of ${shop} is told by its headings: ${header.slice(0, 30)}…`, () => {
    const names = header.split(',').map((name) => name.replaceAll('"', ''))
    const read = readHeadings(names, {}, 'USD')
    expect(read).toMatchObject({ preset: shop, twice: [] })
    const found = read.fields.flatMap((field, place) => (field === undefined ? [] : [[field, names[place]]]))
    expect(Object.fromEntries(found)).toEqual(fields)
  })
}

test('prices of a shop in another currency than the catalogue are not ours', () => {
  const names = ['Product Handle', 'Variant SKU', 'Variant Price EUR', 'Variant Price Europe [EUR]']
  expect(readHeadings(names, {}, 'USD').fields).not.toContain('price')
  expect(readHeadings(names, {}, 'EUR')).toMatchObject({
    fields: [undefined, 'sku', 'price', undefined],
    twice: [],
  })
})

test('a mapping goes before every other rule', () => {
  expect(
    fieldsOf('Code,Price,Old price', { code: 'sku', 'OLD PRICE': 'price', price: 'name' }),
  ).toMatchObject({
    fields: ['sku', 'name', 'price'],
  })
})

test('what is not known, and what is there twice, is told', () => {
  expect(fieldsOf('sku,Colour,Size,price,Preis')).toMatchObject({
    unknown: ['Colour', 'Size'],
    twice: ['price'],
  })
  expect(fieldsOf('sku,price,,').unknown).toEqual([])
})

test('the delimiter is the one that makes known headings of the first line, or the one that is declared', () => {
  expect(findDelimiter('sku;name;price\nA;x,y;1\n', {}).delimiter).toBe(';')
  expect(findDelimiter('sku\tname\n', {}).delimiter).toBe('\t')
  expect(findDelimiter('\ufeffsku,name\n', {}).delimiter).toBe(',')
  expect(findDelimiter('sep=;\nsku,x;name\n', {})).toEqual({ delimiter: ';', isDeclared: true })
  expect(findDelimiter('ART0815;12\n', {}).delimiter).toBe(';')
})
