/** What no two products share: their SKU, GTIN and item id of the ads. */
import { ProblemError, type ProblemCode } from '#server/errors.ts'

/** The value with its field in front. */
export type UniqueKey = string

type Text = string | null | undefined

export interface Unique {
  sku?: Text
  gtin?: Text
  adsItemId?: Text
}

export const UNIQUE_FIELDS = ['sku', 'gtin', 'adsItemId'] as const satisfies (keyof Unique)[]

const TAKEN = {
  sku: { code: 'SKU_TAKEN', label: 'SKU', name: 'sku' },
  gtin: { code: 'GTIN_TAKEN', label: 'GTIN', name: 'gtin' },
  adsItemId: { code: 'ADS_ITEM_ID_TAKEN', label: 'item id of the ads', name: 'ads_item_id' },
} as const satisfies Record<keyof Unique, { code: ProblemCode; label: string; name: string }>

export const skuKey = (sku: string): UniqueKey => `sku ${sku}`

/** Google reports item ids in lower case: two that differ in case alone are one. */
export function keysOf(fields: Unique): UniqueKey[] {
  return UNIQUE_FIELDS.flatMap((field) => {
    const value = fields[field]
    if (typeof value !== 'string') return []
    return [`${field} ${field === 'adsItemId' ? value.toLowerCase() : value}`]
  })
}

/** @param taken what is taken already */
export function keyTaken(taken: UniqueKey, fields: Unique): ProblemError {
  const [field] = UNIQUE_FIELDS.filter((each) => taken.startsWith(`${each} `))
  return taking(field ?? 'sku', fields)
}

/** @param violation as `Database.uniqueViolation` tells it: it names the column or its index */
export function keyViolated(violation: string, fields: Unique): ProblemError {
  const field = UNIQUE_FIELDS.find((each) => violation.includes(TAKEN[each].name))
  return taking(field ?? 'sku', fields)
}

function taking(field: keyof Unique, fields: Unique): ProblemError {
  const { code, label, name } = TAKEN[field]
  const value = fields[field]
  return new ProblemError(code, `Another product has the ${label}${value ? ` "${value}"` : ''}.`, {
    [name]: value,
  })
}
