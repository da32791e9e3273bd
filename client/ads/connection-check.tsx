import { useMutation } from '@tanstack/react-query'
import { useMay } from '#client/sign-in/session.ts'
import { describeError } from '#client/ui/describe-error.ts'
import { trpc } from '#client/ui/trpc.ts'

/** Asks Google a few cheap questions, and says which of them it answers. */
export function ConnectionCheck() {
  const check = useMutation(trpc.ads.check.mutationOptions())
  if (!useMay('ads:write')) return null
  return (
    <div className="connection-check">
      <button
        type="button"
        className="button"
        aria-disabled={check.isPending}
        onClick={() => !check.isPending && check.mutate({})}
      >
        {check.isPending ? 'Checking…' : 'Check the connection'}
      </button>
      <div aria-live="polite">
        {check.error && <p>{describeError(check.error).what}</p>}
        {check.data && (
          <ul>
            {check.data.steps.map(({ what, ok, detail }) => (
              <li key={`${what} ${detail}`}>
                <span aria-hidden="true">{ok ? '✓' : '✕'}</span> <strong>{what}</strong>
                {ok ? ': ' : ' does not work: '}
                {detail}
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}
