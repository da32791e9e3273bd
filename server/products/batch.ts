/** Many changes in one request: planned on locked rows first, written only when the plan may be kept. */
import type * as v from 'valibot'
import type { ProductRow } from '#db/schema.postgres.ts'
import type { Context } from '#server/context.ts'
import { mutation } from '#server/operation.ts'
import { invalidInput, ProblemError, PROBLEMS } from '#server/errors.ts'
import { keysOf, keyTaken, skuKey } from './unique-keys.ts'
import * as schema from './batch-schema.ts'
import { MAX_STOCK_LEVEL } from './schema.ts'
import { minorUnits, optionalFields, toProduct, withCurrent } from './wire.ts'
import { fieldsOf, NO_OPTIONAL_FIELDS, type NewRow } from './new-row.ts'
import type { ProductWrites } from './writes.ts'
import type { PlannedChange } from './planned-change.ts'
import { productNotFound, stockRefusal, VersionMismatch, type ProductKey } from './refusals.ts'

export const batchOperations = {
  batch: mutation({
    rest: 'POST /products/batch',
    summary: 'Up to 1000 changes and new products at once, all or none, or each for itself',
    description:
      '`atomic` changes all or nothing: 409 `BATCH_FAILED` names each operation that cannot be done. `per_item` does what it can. A product may come twice and is then changed in order; `dry_run` writes nothing.',
    example: {
      operations: [
        { id: 42, version: 7, price: '29.00' },
        { sku: 'AS-00043', delta: -1, reason: 'sold' },
      ],
    },
    input: schema.ProductBatch,
    output: schema.ProductBatchResults,
    subject: { kind: 'product', idsOf: changedIds },
    scope: 'products:write',
    cost: 'write',
    multiStatus: ({ mode }) => mode === 'per_item',
    errors: ['BATCH_FAILED', 'SKU_TAKEN', 'GTIN_TAKEN', 'ADS_ITEM_ID_TAKEN'],
    run: batch,
  }),
}

/** One operation of the batch, with its price in minor units. */
interface Step extends Omit<v.InferOutput<typeof schema.ProductBatchStep>, 'price' | 'name'> {
  fields: Partial<NewRow>
}

interface Planned extends Omit<PlannedChange, 'before'> {
  step: Step
  /** Undefined for a new product, whose id is below 0 until it is written. */
  before: ProductRow | undefined
}

type Outcome = Planned | { step: Step; problem: ProblemError }

async function batch(ctx: Context, { mode, dry_run, operations }: v.InferOutput<typeof schema.ProductBatch>) {
  const steps = operations.map((operation, index) => toStep(ctx, operation, index))
  const searched = dry_run ? [] : steps.map(({ fields }) => fields)
  const outcomes = await ctx.products.change(ctx.caller.name, searched, async (writes) => {
    const rows = await writes.lockByKeys({
      ids: [...new Set(steps.flatMap(({ id }) => id ?? []))],
      skus: [...new Set(steps.flatMap(({ sku }) => sku ?? []))],
      gtins: [...new Set(steps.flatMap(({ gtin }) => gtin ?? []))],
      adsItemIds: [...new Set(steps.flatMap(({ ads_item_id }) => ads_item_id ?? []))],
    })
    const planned = await plan(ctx, steps, { writes, rows })
    if (mode === 'atomic') refuseFailures(planned)
    return dry_run ? planned : await write(writes, planned)
  })
  return { mode, dry_run, results: outcomes.map((outcome) => toResult(ctx, outcome)) }
}

/** Of each product once, whether it was changed or created. */
function changedIds({ results }: v.InferInput<typeof schema.ProductBatchResults>): number[] {
  return [...new Set(results.flatMap(({ product }) => product?.id ?? []))]
}

/** @returns the outcomes with rows as they are stored. New products first: later changes of them need their ids. */
async function write(writes: ProductWrites, planned: readonly Outcome[]): Promise<Outcome[]> {
  const fresh = planned.flatMap((outcome) => ('problem' in outcome || outcome.before ? [] : [outcome.after]))
  const created = await createInOrder(writes, fresh)
  const stored = (row: ProductRow): ProductRow => {
    const own = created.get(row.id)
    if (!own) return row
    return row.version === own.version ? own : { ...row, id: own.id, createdAt: own.createdAt }
  }
  const changes = planned.filter((outcome) => isChange(outcome))
  await writes.changeAll(
    changes.map((change) => ({ ...change, before: stored(change.before), after: stored(change.after) })),
  )
  return planned.map((outcome) =>
    'problem' in outcome ? outcome : { ...outcome, after: stored(outcome.after) },
  )
}

/** @returns the stored rows by the ids that the given ones have */
async function createInOrder(
  writes: ProductWrites,
  rows: readonly ProductRow[],
): Promise<Map<number, ProductRow>> {
  const created = await writes.createAll(rows.map(fieldsOf), 'initial')
  // Rows with the same content stand for each other.
  const byContent = Map.groupBy(created, contentOf)
  return new Map(
    rows.flatMap((row) => {
      const own = byContent.get(contentOf(row))?.shift()
      return own ? [[row.id, own] as const] : []
    }),
  )
}

function toStep(ctx: Context, operation: v.InferOutput<typeof schema.ProductBatchStep>, index: number): Step {
  const { price, name, ...step } = operation
  if (step.stock_level !== undefined && step.delta !== undefined) {
    throw invalidInput([
      { pointer: `/operations/${index}/delta`, detail: 'give a stock_level or a delta, not both' },
    ])
  }
  const priceMinor = price === undefined ? undefined : minorUnits(ctx, `/operations/${index}/price`, price)
  return {
    ...step,
    fields: {
      ...(name !== undefined && { name }),
      ...(priceMinor !== undefined && { priceMinor }),
      ...(step.id !== undefined && step.sku !== undefined && { sku: step.sku }),
      ...optionalFields(step),
    },
  }
}

function contentOf(row: NewRow): string {
  return JSON.stringify(fieldsOf(row))
}

/**
 * In order, each step on what the ones before it made of its product. A version may be the one before the
 * batch, which is what the client saw, or the one its own earlier steps have led to.
 */
async function plan(
  ctx: Context,
  steps: readonly Step[],
  { writes, rows }: { writes: ProductWrites; rows: readonly ProductRow[] },
): Promise<Outcome[]> {
  const before = new Map(rows.map((row) => [row.id, row]))
  const current = new Map(before)
  const owners = new Map(rows.flatMap((row) => keysOf(row).map((key) => [key, row.id])))
  const outcomes: Outcome[] = []
  for (const [index, step] of steps.entries()) {
    try {
      const id = step.id ?? owners.get(skuKey(step.sku ?? '')) ?? Number.NaN
      const unique = { ...step, adsItemId: step.ads_item_id }
      const taken = keysOf(unique).find((key) => owners.has(key) && (step.create || owners.get(key) !== id))
      if (taken !== undefined) throw keyTaken(taken, unique)
      const planned = step.create
        ? planNew(step, -1 - index)
        : await withCurrent(ctx, async () =>
            planStep(writes, step, { first: before.get(id), row: current.get(id) }),
          )
      const { after } = planned
      current.set(after.id, after)
      if (step.create) before.set(after.id, after)
      // What the batch sets free stays taken until its end.
      for (const key of keysOf(after)) owners.set(key, after.id)
      outcomes.push(planned)
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      outcomes.push({ step, problem: error })
    }
  }
  return outcomes
}

function planNew(step: Step, id: number): Planned {
  const { name = '', priceMinor = 0 } = step.fields
  const { sku = null, stock_level: stockLevel = 0 } = step
  const row = { ...NO_OPTIONAL_FIELDS, ...optionalFields(step), sku, name, priceMinor, stockLevel }
  const after = { ...row, id, version: 1, createdAt: 0, updatedAt: 0 }
  return { step, before: undefined, after, reason: 'set' }
}

function planStep(
  writes: ProductWrites,
  step: Step,
  { first, row }: { first: ProductRow | undefined; row: ProductRow | undefined },
): Planned {
  if (!row || !first) throw productNotFound(keyOf(step))
  if (step.version !== undefined && step.version !== row.version && step.version !== first.version) {
    throw new VersionMismatch(row)
  }
  const level = step.delta === undefined ? step.stock_level : row.stockLevel + step.delta
  if (step.delta !== undefined && level !== undefined && (level < 0 || level > MAX_STOCK_LEVEL)) {
    throw stockRefusal(row, step.delta)
  }
  const change = { ...step.fields, ...(level !== undefined && { stockLevel: level }) }
  const reason = step.reason ?? (step.delta === undefined ? 'set' : 'correction')
  return { step, before: row, after: writes.after(row, change), reason, reference: step.reference }
}

function keyOf({ id, sku = '' }: Step): ProductKey {
  return id === undefined ? { sku } : { id }
}

/** As the operation did. */
function namedBy(step: Step): Partial<ProductKey> {
  return step.create && step.sku === undefined ? {} : keyOf(step)
}

function isChange(outcome: Outcome): outcome is Planned & PlannedChange {
  return !('problem' in outcome) && outcome.before !== undefined && outcome.after !== outcome.before
}

function refuseFailures(outcomes: readonly Outcome[]): void {
  const failures = outcomes.flatMap((outcome, index) =>
    'problem' in outcome ? [{ index, ...failed(outcome) }] : [],
  )
  if (failures.length === 0) return
  throw new ProblemError(
    'BATCH_FAILED',
    `${failures.length} of ${outcomes.length} operations cannot be done; none was.`,
    { failures },
  )
}

function toResult(ctx: Context, outcome: Outcome) {
  if ('problem' in outcome) return failed(outcome)
  const { step, before, after } = outcome
  const status = before ? 200 : 201
  // A product that a dry run did not create has no id.
  if (after.id < 0) return { ...namedBy(step), status }
  return { ...namedBy(step), id: after.id, status, product: toProduct(after, ctx.currency) }
}

function failed({ step, problem: { code, message, extra } }: { step: Step; problem: ProblemError }) {
  const { status, title } = PROBLEMS[code]
  return { ...namedBy(step), status, problem: { code, status, title, detail: message, ...extra } }
}
