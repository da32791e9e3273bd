/** The headings of a product file → our columns: by their names in four languages, by a known shop's, or by a mapping. */

/** What a column of a file may be. */
export const FIELDS = [
  'id',
  'sku',
  'name',
  'price',
  'currency',
  'stock_level',
  'stock_delta',
  'version',
  'updated_at',
  'gtin',
  'ads_item_id',
  'low_stock_at',
] as const
export type Field = (typeof FIELDS)[number]

/** As `headingKey` leaves them: English, German, French, Spanish. */
const ALIASES: Partial<Record<Field, readonly string[]>> = {
  sku: words(`sku variantsku productsku itemsku sellersku stockkeepingunit itemnumber articlenumber productnumber
    artikelnummer artikelnr artnr bestellnummer reference référence ugs codearticle referencia codigo código
    internalreference defaultcode`),
  name: words(`name productname producttitle itemname articlename artikelname artikelbezeichnung bezeichnung
    produktname produkt titel nom titre nomduproduit designation désignation nombre titulo título producto`),
  price:
    words(`price variantprice regularprice unitprice retailprice sellingprice salesprice listprice itemprice preis
    verkaufspreis einzelpreis vk bruttopreis prix prixdevente tarifrégulier tarif precio precionormal
    preciodeventa`),
  stock_level: words(`stocklevel stock quantity qty onhand quantityonhand qtyonhand qtyavailable available
    variantinventoryqty variantinventoryquantity inventoryquantity inventory currentquantity bestand lagerbestand
    menge anzahl quantité stockdisponible inventaire cantidad existencias inventario`),
  currency: words('currency currencycode währung devise moneda'),
  stock_delta: words('stockdelta delta change adjustment'),
  ads_item_id: words('adsitemid googleitemid merchantid itemid offerid'),
  low_stock_at: words(
    'lowstockat lowstockamount lowstockthreshold reorderpoint meldebestand montantdestockfaible',
  ),
  gtin: words(`gtin gtinupceanorisbn gtinupceanouisbn ean ean13 upc barcode variantbarcode productbarcode strichcode
    barcodenummer codebarres codeàbarres códigodebarras codigodebarras`),
}

const FIELD_OF = new Map<string, Field>([
  ...FIELDS.map((field): [string, Field] => [headingKey(field), field]),
  ...Object.entries(ALIASES).flatMap(([field, names]) =>
    names.map((name): [string, Field] => [name, field as Field]),
  ),
])

export interface Preset {
  name: string
  /** Headings that only this shop's files have, all of them there. */
  signs: readonly string[]
  fields: Readonly<Record<string, Field>>
  /** A heading that begins like this: a location's name follows. */
  begins?: Readonly<Record<string, Field>>
  /** A heading that begins like this is the price in the currency whose code follows. */
  priceIn?: readonly string[]
  family?: Family
  /** Rows with one of these values here stand for several others, and are no products themselves. */
  groups?: { heading: string; values: readonly string[] }
}

/** Variants leave cells empty that their product's row has: it comes first, and they name it by its own cell. */
interface Family {
  /** Headings: what the product's row is called by, and where a variant says so. */
  own: string
  parent: string
  inherited: readonly ('name' | 'price')[]
}

const WOOCOMMERCE_GROUPS = { heading: 'type', values: ['variable', 'grouped'] } as const

/** Their own ids are not ours. Sources: the shops' import templates. */
export const PRESETS: readonly Preset[] = [
  {
    name: 'Shopify',
    signs: ['handle', 'variantsku', 'variantprice'],
    fields: {
      variantsku: 'sku',
      title: 'name',
      variantprice: 'price',
      variantinventoryqty: 'stock_level',
      variantbarcode: 'gtin',
    },
    family: { own: 'handle', parent: 'handle', inherited: ['name'] },
  },
  {
    name: 'Shopify',
    signs: ['urlhandle', 'title', 'sku', 'price'],
    fields: { sku: 'sku', title: 'name', price: 'price', inventoryquantity: 'stock_level', barcode: 'gtin' },
    family: { own: 'urlhandle', parent: 'urlhandle', inherited: ['name'] },
  },
  {
    name: 'WooCommerce',
    signs: ['id', 'type', 'sku', 'regularprice'],
    fields: {
      sku: 'sku',
      name: 'name',
      regularprice: 'price',
      stock: 'stock_level',
      gtinupceanorisbn: 'gtin',
      lowstockamount: 'low_stock_at',
    },
    groups: WOOCOMMERCE_GROUPS,
  },
  {
    name: 'WooCommerce',
    signs: ['id', 'type', 'ugs', 'tarifrégulier'],
    fields: {
      ugs: 'sku',
      nom: 'name',
      tarifrégulier: 'price',
      stock: 'stock_level',
      gtinupceanouisbn: 'gtin',
      montantdestockfaible: 'low_stock_at',
    },
    groups: WOOCOMMERCE_GROUPS,
  },
  {
    name: 'Odoo',
    signs: ['defaultcode', 'name'],
    fields: {
      defaultcode: 'sku',
      name: 'name',
      listprice: 'price',
      lstprice: 'price',
      qtyavailable: 'stock_level',
      barcode: 'gtin',
    },
  },
  {
    name: 'Odoo',
    signs: ['internalreference', 'name'],
    fields: {
      internalreference: 'sku',
      name: 'name',
      salesprice: 'price',
      quantityonhand: 'stock_level',
      barcode: 'gtin',
    },
  },
  {
    name: 'Square',
    signs: ['token', 'itemname', 'sku'],
    fields: { sku: 'sku', itemname: 'name', price: 'price', gtin: 'gtin' },
    begins: { currentquantity: 'stock_level' },
  },
  {
    name: 'Lightspeed',
    signs: ['handle', 'sku', 'retailprice', 'supplyprice'],
    fields: { sku: 'sku', name: 'name', retailprice: 'price' },
    begins: { inventory: 'stock_level' },
  },
  {
    name: 'Shopware',
    signs: ['productnumber', 'stock'],
    fields: {
      productnumber: 'sku',
      name: 'name',
      pricegross: 'price',
      price: 'price',
      stock: 'stock_level',
      ean: 'gtin',
    },
    family: { own: 'id', parent: 'parentid', inherited: ['name', 'price'] },
  },
  {
    name: 'Medusa',
    signs: ['producthandle', 'variantsku'],
    fields: {
      variantsku: 'sku',
      producttitle: 'name',
      variantinventoryquantity: 'stock_level',
      variantbarcode: 'gtin',
    },
    priceIn: ['variantprice', 'price'],
    family: { own: 'producthandle', parent: 'producthandle', inherited: ['name'] },
  },
]

/** The target of a column that is left out. */
export const IGNORE = 'ignore'

export type Mapping = Readonly<Record<string, Field | typeof IGNORE>>

/** No heading, and the reason in a file of rejected lines. */
export const REJECTED_BECAUSE = 'rejected_because'
const NOT_TOLD = new Set(['', REJECTED_BECAUSE, IGNORE])

export interface Headings {
  /** By the place of its cell; undefined where the column is not ours. */
  fields: (Field | undefined)[]
  /** As the file has them, not empty, and without those that the mapping leaves out. */
  unknown: string[]
  /** Those that are not ours. */
  ignored: string[]
  /** Fields that two columns claim. */
  twice: Field[]
  preset: string | undefined
  /** The places of its columns. */
  family: { own: number; parent: number; inherited: Family['inherited'] } | undefined
  /** By its cells, whether a row is a product at all. */
  isProduct: (cells: readonly string[]) => boolean
}

/**
 * @param mapping what a heading is, before any other rule; keys as the file has them
 * @param currency the catalogue's, by its code: prices in others are not ours
 */
export function readHeadings(header: readonly string[], mapping: Mapping = {}, currency = ''): Headings {
  const keys = header.map(headingKey)
  const preset = PRESETS.find(({ signs }) => signs.every((sign) => keys.includes(sign)))
  const given = new Map(Object.entries(mapping).map(([heading, field]) => [headingKey(heading), field]))
  const ownCode = currency.toLowerCase()
  const ofPreset = (key: string) =>
    preset &&
    (preset.fields[key] ??
      Object.entries(preset.begins ?? {}).find(([beginning]) => key.startsWith(beginning))?.[1] ??
      (preset.priceIn?.some((beginning) => key === beginning + ownCode) ? 'price' : undefined))
  const targets = keys.map((key) => given.get(key) ?? (preset ? ofPreset(key) : FIELD_OF.get(key)))
  const fields = targets.map((target) => (target === IGNORE ? undefined : target))
  const twice = fields.filter((field, place) => field !== undefined && fields.indexOf(field) < place)
  const family = preset?.family
  const groups = preset?.groups ? keys.indexOf(preset.groups.heading) : -1
  return {
    fields,
    unknown: header.filter((heading, place) => targets[place] === undefined && !NOT_TOLD.has(heading.trim())),
    ignored: header.filter((heading, place) => fields[place] === undefined && !NOT_TOLD.has(heading.trim())),
    twice: [...new Set(twice)] as Field[],
    preset: preset?.name,
    family: family && {
      own: keys.indexOf(family.own),
      parent: keys.indexOf(family.parent),
      inherited: family.inherited,
    },
    isProduct: (cells) => !preset?.groups?.values.includes(cells[groups] ?? ''),
  }
}

/** How many headings are known, whatever they are: tells a delimiter from others. */
export function knownHeadings(header: readonly string[], mapping: Mapping): number {
  const { fields, ignored, unknown } = readHeadings(header, mapping)
  return fields.filter((field) => field !== undefined).length + ignored.length - unknown.length
}

/** Case, spaces and punctuation do not count. */
export function headingKey(heading: string): string {
  return heading
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}

function words(text: string): string[] {
  return text.split(/\s+/)
}
