/** What a request was refused with, in words; nothing while it was not. */
import { describeError } from '#client/ui/describe-error.ts'

export function Mistake({ error, id }: { error: unknown; id?: string }) {
  return (
    <span id={id} className="form-mistake" role="alert">
      {error ? describeError(error).detail : ''}
    </span>
  )
}
