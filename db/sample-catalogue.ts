/** A made-up catalogue without end, the same on every machine: the sample shop, the demo ads, the benches. */

export const SAMPLE_SIZE = 360

export interface SampleProduct {
  sku: string
  name: string
  /** In hundredths of the currency's major unit. */
  priceCents: number
  stockLevel: number
}

/** What is sold, and from what price (in whole units) in its plainest form. */
const GOODS: readonly (readonly [name: string, price: number])[] = [
  ['Water Bottle, Insulated', 19],
  ['Backpack with Laptop Sleeve', 54],
  ['Desk Lamp, Dimmable', 39],
  ['Throw Pillow Cover', 11],
  ['Chef’s Knife, 20 cm', 46],
  ['Running Socks, 3 Pairs', 14],
  ['Coffee Grinder, Manual', 33],
  ['Yoga Mat with Strap', 28],
  ['Notebook, Dotted, A5', 9],
  ['Bluetooth Speaker', 49],
  ['Leather Belt', 24],
  ['Plant Pot with Saucer', 16],
  ['Bath Towel', 18],
  ['Wall Clock, Silent', 27],
  ['Cycling Gloves', 22],
  ['Baking Tray', 13],
  ['Phone Stand', 12],
  ['Picnic Blanket', 31],
  ['Headlamp, Rechargeable', 25],
  ['Storage Basket', 15],
  ['Tea Pot, 1.2 L', 29],
  ['Garden Shears', 21],
  ['Rain Jacket', 68],
  ['Picture Frame, 30 × 40 cm', 17],
  ['Travel Mug', 20],
  ['Cutting Board', 26],
  ['Dog Leash', 15],
  ['Wool Scarf', 35],
  ['Desk Organizer', 23],
  ['Kids’ Puzzle, 100 Pieces', 10],
]
const COLOURS = [
  'Black',
  'White',
  'Slate Blue',
  'Olive',
  'Terracotta',
  'Sand',
  'Crimson',
  'Forest Green',
  'Navy',
  'Rosé',
  'Graphite',
]
const LINES = ['Everyday', 'Nordic', 'Heritage', 'Studio', 'Trail', 'Café', 'Atelier']
const SIZES = ['S', 'M', 'L', 'XL', 'Mini']

/**
 * The n-th product, from 0. Each good goes through all lines, colours and sizes (7, 11 and 5: no common factor),
 * so a name would come again after 11,550 products: from there on it says which edition it is.
 */
export function sampleProduct(n: number): SampleProduct {
  const [good = '', price = 0] = GOODS[n % GOODS.length] ?? []
  const round = Math.floor(n / GOODS.length)
  const line = LINES[round % LINES.length]
  const colour = COLOURS[(round + n) % COLOURS.length]
  const size = SIZES[(round * 3 + n) % SIZES.length]
  const edition = Math.floor(n / 11_550)
  const noise = scramble(n)
  return {
    sku: `AS-${String(n + 1).padStart(5, '0')}`,
    name: `${line} ${good}, ${colour}, ${size}${edition === 0 ? '' : `, Edition ${edition + 1}`}`,
    priceCents: price * 100 + (noise % 12) * 50 + 45 - (noise % 5) * 10,
    // About one product in nine is out of stock, so that ads for it are wasted.
    stockLevel: noise % 9 === 0 ? 0 : (noise >>> 8) % 120,
  }
}

/** The SKUs of the sample shop, which the demo ads advertise. */
export function sampleSkus(): string[] {
  return Array.from({ length: SAMPLE_SIZE }, (_, n) => sampleProduct(n).sku)
}

/** A well-mixed 32-bit integer for each n (the finaliser of MurmurHash3). */
function scramble(n: number): number {
  let hash = Math.imul(n ^ (n >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
