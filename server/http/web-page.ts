/** The page's built files and the API's reading page: a closed set of files, held in memory, compressed once. */
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Elysia } from 'elysia'
import { codingFor, isCurrent, tagFor } from './compression.ts'
import { exchangeOf } from './exchange.ts'
import { problemPages } from './problem-pages.ts'

const DIST = join(import.meta.dir, '../../client/dist')
const PAGE_FOLDER = join(DIST, 'page')
const CLIENT_PACKAGE = join(DIST, 'client.tgz')
/** Places within the page: each is the same document, which then shows what the address says. */
const ROUTES = ['/', '/today', '/products', '/ads', '/out-of-stock-spend', '/operations', '/sign-in']

/** In the metrics one route: each file of its own would be a series, of which a browser reads dozens. */
const FILES = 'files'

/** The place of one product. */
const PRODUCT_PATH = /^\/products\/[1-9]\d*$/

const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; font-src data:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
const FILE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
}
/** A browser obeys these for a document; a script or a style would carry them for nothing. */
const DOCUMENT_HEADERS = {
  ...FILE_HEADERS,
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

interface Asset {
  bytes: Uint8Array<ArrayBuffer>
  gzipped: Uint8Array<ArrayBuffer> | undefined
  headers: Record<string, string>
}

interface Pages {
  mount: (app: Elysia) => void
  /** A product's place, or the page that says that nothing is there; undefined for what is no browser. */
  pageFor: (request: Request) => Response | undefined
}

/** Reads everything once, at the start; without a built page, `/` says how to build it. */
export async function loadPages(openApiDocument: object, llmsText: string): Promise<Pages> {
  const page = await pageAssets()
  const assets = new Map([
    ...page,
    ...(await docsAssets()),
    ...(await clientPackage()),
    ...problemPages().map(([path, html]): [string, Asset] => [path, asset(html, 'text/html; charset=utf-8')]),
  ])
  assets.set('/llms.txt', asset(llmsText, 'text/plain; charset=utf-8'))
  assets.set('/openapi.json', asset(JSON.stringify(openApiDocument), 'application/json; charset=utf-8'))
  const start = new Map(page).get('/')
  return {
    mount(app) {
      for (const [path, file] of assets) {
        const answer = ({ request }: { request: Request }) => {
          exchangeOf(request).route = FILES
          return serve(request, file)
        }
        for (const method of ['GET', 'HEAD']) app.route(method, path, answer)
      }
    },
    pageFor(request) {
      if (!start || !isNavigation(request)) return undefined
      if (PRODUCT_PATH.test(new URL(request.url).pathname)) return serve(request, start)
      return new Response(start.bytes, { status: 404, headers: start.headers })
    },
  }
}

function isNavigation({ method, headers }: Request): boolean {
  return (method === 'GET' || method === 'HEAD') && (headers.get('accept') ?? '').includes('text/html')
}

function serve(request: Request, { bytes, gzipped, headers: plain }: Asset): Response {
  const coding = gzipped && codingFor(request, ['gzip'])
  const headers = { ...plain, etag: tagFor(plain['etag'] ?? '', coding) }
  if (isCurrent(request, headers.etag)) return new Response(null, { status: 304, headers })
  if (!gzipped || coding === undefined) return new Response(bytes, { headers })
  return new Response(gzipped, { headers: { ...headers, 'content-encoding': coding } })
}

async function pageAssets(): Promise<[string, Asset][]> {
  const files = await readdir(PAGE_FOLDER).catch(() => [])
  const assets = await Promise.all(
    files.map(async (name): Promise<[string, Asset]> => [
      `/${name}`,
      await fileAsset(join(PAGE_FOLDER, name), name !== 'index.html'),
    ]),
  )
  const index =
    assets.find(([path]) => path === '/index.html')?.[1] ??
    asset('The page is not built yet: ./scripts/start builds it\n', 'text/plain')
  return [...assets, ...ROUTES.map((route): [string, Asset] => [route, index])]
}

/** The client that fits this server: `npm install http://…/client.tgz`. */
async function clientPackage(): Promise<[string, Asset][]> {
  const file = Bun.file(CLIENT_PACKAGE)
  if (!(await file.exists())) return []
  return [['/client.tgz', asset(await file.bytes(), 'application/gzip')]]
}

const DOCS_HTML = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Adstock API</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="docs"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body>
</html>
`
const DOCS_SCRIPT = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null })\n`

async function docsAssets(): Promise<[string, Asset][]> {
  const folder = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
  return [
    ['/docs', asset(DOCS_HTML, 'text/html; charset=utf-8')],
    ['/docs/start.js', asset(DOCS_SCRIPT, 'text/javascript; charset=utf-8')],
    ['/docs/swagger-ui.css', await fileAsset(join(folder, 'swagger-ui.css'), false)],
    ['/docs/swagger-ui-bundle.js', await fileAsset(join(folder, 'swagger-ui-bundle.js'), false)],
  ]
}

/** @param immutable its name carries a hash of its content */
async function fileAsset(path: string, immutable: boolean): Promise<Asset> {
  const file = Bun.file(path)
  return asset(await file.bytes(), file.type, immutable)
}

function asset(content: string | Uint8Array<ArrayBuffer>, type: string, immutable = false): Asset {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const compressible = /^text\/|javascript|json|svg/.test(type)
  return {
    bytes,
    gzipped: compressible ? Bun.gzipSync(bytes) : undefined,
    headers: {
      'content-type': type,
      etag: `"${Bun.hash(bytes).toString(36)}"`,
      vary: 'accept-encoding',
      'cache-control': immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(/javascript|css/.test(type) ? FILE_HEADERS : DOCUMENT_HEADERS),
    },
  }
}
