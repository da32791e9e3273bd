/** Many changes of products in as few requests as they take; each is done or refused by itself. */
import type { Inputs, Outputs } from '#client/api.ts'
import { answered } from '#client/ui/connection.ts'
import { client } from '#client/ui/trpc.ts'
import { Refusal } from '#client/ui/describe-error.ts'
import type { Product } from './columns.ts'
import type { Outcome } from './edits.ts'

export type BatchStep = Inputs['products']['batch']['operations'][number]
type BatchResult = Outputs['products']['batch']['results'][number]

/** What one request takes. */
const MAX_STEPS = 1000

/** @throws when there was no answer */
export async function changeProducts(
  steps: readonly BatchStep[],
  { dryRun = false }: { dryRun?: boolean } = {},
): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (let start = 0; start < steps.length; start += MAX_STEPS) {
    const operations = steps.slice(start, start + MAX_STEPS)
    const { results } = await client.products.batch.mutate({ mode: 'per_item', dry_run: dryRun, operations })
    answered()
    outcomes.push(...results.map(toOutcome))
  }
  return outcomes
}

function toOutcome({ product, problem }: BatchResult): Outcome {
  if (product) return { product }
  return {
    refused: problem && new Refusal(problem),
    current: problem?.['current'] as Product | undefined,
  }
}
