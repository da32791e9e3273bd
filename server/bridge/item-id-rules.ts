/** How a catalogue's item ids are made of its products' fields: `shopify_{country}_{product}_{variant}`, `gla_{id}`. */

/** Under which a product is advertised. */
export function itemIdOf({
  adsItemId,
  sku,
}: {
  adsItemId: string | null
  sku: string | null
}): string | null {
  return adsItemId ?? sku
}

/** Those that say which product it is; every other name stands for any text. */
const FIELDS = { id: 'id', sku: 'sku', gtin: 'gtin', variant: 'sku' } as const
type FieldName = keyof typeof FIELDS

export type KeyField = (typeof FIELDS)[FieldName] | 'adsItemId'

export interface ItemIdRule {
  template: string
  /** @returns the value of the product's field, in lower case; undefined when the item id is not of this form */
  read: (itemId: string) => { field: KeyField; value: string } | undefined
}

/** Commas separate templates. */
const PLACE = /\{([^{},]*)\}/g

/** @returns the rule, or what is wrong with the template */
export function parseRule(template: string): ItemIdRule | { mistake: string } {
  const names = [...template.matchAll(PLACE)].map(([, name = '']) => name)
  const own = names.filter((name): name is FieldName => Object.hasOwn(FIELDS, name))
  const [name] = own
  if (/[{},]/.test(template.replaceAll(PLACE, '')))
    return { mistake: `"${template}" has a brace or a comma too many` }
  if (name === undefined || own.length > 1)
    return {
      mistake: `"${template}" needs one of ${Object.keys(FIELDS)
        .map((each) => `{${each}}`)
        .join(', ')}`,
    }
  const literals = template
    .toLowerCase()
    .split(PLACE)
    .filter((_, n) => n % 2 === 0)
  const place = names.indexOf(name)
  return {
    template,
    read(itemId) {
      const value = valueAt(place, literals, itemId.toLowerCase())
      return value === undefined ? undefined : { field: FIELDS[name], value }
    },
  }
}

/**
 * Places stand between the literals, and each has a character at least. The texts before the wanted place are as short
 * as they can be, and so are those behind it: one pass from either end. A regular expression would try every way to
 * divide an item id.
 */
function valueAt(place: number, literals: readonly string[], itemId: string): string | undefined {
  const [first = '', last = ''] = [literals[0], literals.at(-1)]
  if (!itemId.startsWith(first) || !itemId.endsWith(last)) return undefined
  let from = first.length
  for (const literal of literals.slice(1, place + 1)) {
    const found = itemId.indexOf(literal, from + 1)
    if (found === -1) return undefined
    from = found + literal.length
  }
  let to = itemId.length - last.length
  for (const literal of literals.slice(place + 1, -1).toReversed()) {
    const latest = to - 1 - literal.length
    to = latest < 0 ? -1 : itemId.lastIndexOf(literal, latest)
    if (to === -1) return undefined
  }
  return to > from ? itemId.slice(from, to) : undefined
}

export function mistakesIn(templates: readonly string[]): string[] {
  return templates.flatMap((template) => {
    const rule = parseRule(template)
    return 'mistake' in rule ? [rule.mistake] : []
  })
}

/** @throws Error with the first mistake */
export function rulesOf(templates: readonly string[]): ItemIdRule[] {
  return templates.map((template) => {
    const rule = parseRule(template)
    if ('mistake' in rule) throw new Error(rule.mistake)
    return rule
  })
}
