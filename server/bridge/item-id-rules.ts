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
  const parts = template.toLowerCase().split(PLACE)
  const pattern = parts.map((part, place) => {
    if (place % 2 === 0) return RegExp.escape(part)
    return part === name ? '(.+)' : '.+?'
  })
  const form = new RegExp(`^${pattern.join('')}$`)
  return {
    template,
    read(itemId) {
      const value = form.exec(itemId.toLowerCase())?.[1]
      return value === undefined ? undefined : { field: FIELDS[name], value }
    },
  }
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
