/** A receiver for trying: answers, and prints what arrives. */
import { sign } from '#server/webhooks/signature.ts'

export interface ListenOptions {
  port: number
  secret: string | undefined
  /** What it answers with. */
  status: number
  print: (line: string) => void
}

export function listen({ port, secret, status, print }: ListenOptions): Disposable & { url: string } {
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port,
    async fetch(request) {
      const body = await request.text()
      const verdict = secret === undefined ? '' : `  ${verdictOn(request.headers, { body, secret })}`
      print(`${request.headers.get('webhook-id') ?? 'no webhook-id'}${verdict}  ${body}`)
      return new Response(null, { status })
    },
  })
  return { url: server.url.href, [Symbol.dispose]: () => void server.stop(true) }
}

function verdictOn(headers: Headers, { body, secret }: { body: string; secret: string }): string {
  const id = headers.get('webhook-id') ?? ''
  const expected = sign({ id, timestamp: Number(headers.get('webhook-timestamp')), body }, secret)
  return headers.get('webhook-signature')?.split(' ').includes(expected)
    ? 'signed'
    : 'NOT SIGNED WITH THIS SECRET'
}
