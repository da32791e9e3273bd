/** The form that changes a stock with a reason, and what happens when it is sent. */
import { valibotResolver } from '@hookform/resolvers/valibot'
import { useForm } from 'react-hook-form'
import * as v from 'valibot'
import { announce } from '#client/ui/announce.tsx'
import { count } from '#client/ui/format.ts'
import { mannerOf, plainDigits } from '#client/ui/read-number.ts'
import { client } from '#client/ui/trpc.ts'
import { describeError, problemWordsOf } from '#client/ui/describe-error.ts'
import { useIdempotencyKey } from '#client/ui/use-idempotency-key.ts'
import type { Product } from '#client/products/columns.ts'
import { showProduct } from '#client/products/rows/visible-rows.ts'
import { undoStack } from '#client/products/use-edits.ts'
import { adjustmentStep } from './adjustment-step.ts'
import { forgetHistory } from './forget-histories.ts'
import { fits, proposedFor, REASONS, reasonName } from './reasons.ts'

const manner = mannerOf()

const Adjustment = v.pipe(
  v.object({
    delta: v.pipe(
      v.string(),
      v.transform((typed) => plainDigits(typed, manner)),
      v.regex(/^[+-]?\d{1,10}$/, 'Type a whole number, such as 5 or -3.'),
      v.transform(Number),
      v.check((delta) => delta !== 0, 'Type how many were added, or taken with a minus.'),
    ),
    reason: v.picklist(REASONS),
    reference: v.pipe(v.string(), v.trim(), v.maxLength(200, 'At most 200 characters.')),
  }),
  v.forward(
    v.check(
      ({ delta, reason }) => fits(reason, delta),
      ({ input: { delta, reason } }) =>
        `“${reasonName(reason)}” ${delta < 0 ? 'adds to' : 'takes from'} the stock: choose another reason, or change the sign.`,
    ),
    ['delta'],
  ),
)

export function useAdjustment({ id }: Product, onAdjusted: (product: Product) => void) {
  const form = useForm({
    resolver: valibotResolver(Adjustment),
    defaultValues: { delta: '', reason: 'received', reference: '' } as v.InferInput<typeof Adjustment>,
  })
  const once = useIdempotencyKey()
  /** A reason that does not fit what is typed gives way to one that does. */
  const propose = (typed: string) => {
    const delta = Number(plainDigits(typed, manner))
    if (!fits(form.getValues('reason'), delta)) form.setValue('reason', proposedFor(delta))
  }
  const send = async ({ delta, reason, reference }: v.InferOutput<typeof Adjustment>) => {
    try {
      const adjustment = { id, delta, reason, ...(reference !== '' && { reference }) }
      const adjusted = await client.products.adjustStock.mutate(adjustment, once.contextFor(adjustment))
      once.answered()
      const { product } = adjusted
      undoStack.push(adjustmentStep(adjusted))
      showProduct(product)
      onAdjusted(product)
      forgetHistory(id)
      announce(`${count(product.stock_level)} in stock now.`)
      form.reset({ delta: '', reason, reference: '' })
      form.setFocus('delta')
    } catch (error) {
      const { what, detail, requestId } = describeError(error)
      const request = requestId === undefined ? '' : ` Request ${requestId}`
      const effect = problemWordsOf(error)
        ? 'The stock stays as it is.'
        : 'Whether the stock was changed is not known. Sent again as it stands, it is changed once.'
      form.setError('root', { message: `${what}: ${detail} ${effect}${request}` })
    }
  }
  return { ...form, propose, submit: form.handleSubmit(send) }
}
