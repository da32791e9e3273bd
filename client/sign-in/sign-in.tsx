import { useMutation } from '@tanstack/react-query'
import { useEffect, useRef, type FormEvent } from 'react'
import { signIn } from './session.ts'

export function SignIn() {
  const input = useRef<HTMLInputElement>(null)
  const attempt = useMutation({ mutationFn: signIn, onSettled: () => input.current?.select() })
  useEffect(() => {
    document.title = 'Sign in · Adstock'
    input.current?.focus()
  }, [])

  const submit = (event: FormEvent) => {
    event.preventDefault()
    const key = input.current?.value.trim()
    if (key) attempt.mutate(key)
  }
  const refusal =
    attempt.data?.detail ?? (attempt.error ? 'The server did not answer. Try again.' : undefined)

  return (
    <main className="sign-in">
      <form onSubmit={submit}>
        <h1>Sign in to Adstock</h1>
        <label htmlFor="key">API key</label>
        <input
          ref={input}
          id="key"
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          placeholder="ak_…"
          required
          aria-invalid={refusal !== undefined}
          aria-describedby="key-help"
        />
        <p className="sign-in-refusal" role="alert">
          {refusal}
        </p>
        <button type="submit" className="button primary" disabled={attempt.isPending}>
          {attempt.isPending ? 'Signing in…' : 'Sign in'}
        </button>
        <p id="key-help" className="sign-in-help">
          The server shows its first key when it first starts; <code>./scripts/adstock keys create</code>{' '}
          makes others. It is not kept in this browser.
        </p>
      </form>
    </main>
  )
}
