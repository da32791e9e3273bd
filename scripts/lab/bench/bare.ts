/** The limits that answers are compared with: servers that do nothing but send this. `bun bare.ts KIND BODY HEADERS` */
import { initTRPC } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { Elysia } from 'elysia'

const [kind = 'body', body = '', head = '{}'] = process.argv.slice(2)
const headers = JSON.parse(head) as Record<string, string>

function trpc(): (request: Request) => Response | Promise<Response> {
  const t = initTRPC.create({ isDev: false })
  const output: unknown = JSON.parse(body)
  const procedure = t.procedure.input((input: unknown) => input).query(() => output)
  const router = t.router({ products: { get: procedure } })
  const handle = (req: Request) => fetchRequestHandler({ endpoint: '/trpc', req, router })
  const app = new Elysia().all('/trpc/*', ({ request }) => handle(request), { parse: 'none' })
  return (request) => app.fetch(request)
}

const kinds: Record<string, () => (request: Request) => Response | Promise<Response>> = {
  body: () => () => new Response(body, { headers }),
  unchanged: () => () => new Response(null, { status: 304, headers }),
  trpc,
}
const answer = kinds[kind]
if (!answer) throw new Error(`There is no ${kind}.`)
const { url } = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer() })
console.log(`Listening at ${url.href}`)
