/** Addresses beside the operations: health, metrics, the document itself, and the page's session. */
import type { ProblemCode } from '#server/errors.ts'
import { BODY_PROBLEMS, refusals, type Json } from './components.ts'

const OPEN: readonly Json[] = [{}]
const KEY: readonly Json[] = [{ key: ['admin'] }, { session: ['admin'] }]

const TEXT = { 'text/plain': { schema: { type: 'string' } } }
const OBJECT = { 'application/json': { schema: { type: 'object' } } }

interface Fixed {
  id: string
  summary: string
  description: string
  security?: readonly Json[]
  content?: Json
  /** Of its answer. */
  example: unknown
  problems?: readonly ProblemCode[]
  others?: Json
}

function get({
  id,
  summary,
  description,
  security = OPEN,
  content = OBJECT,
  example,
  problems = [],
  others = {},
}: Fixed): Json {
  return {
    operationId: id,
    summary,
    description,
    tags: ['server'],
    security,
    responses: {
      200: { description: 'Done', content: withExample(content, example) },
      ...refusals([...problems, 'RATE_LIMITED']),
      ...others,
    },
  }
}

function withExample(content: Json, example: unknown): Json {
  return Object.fromEntries(
    Object.entries(content).map(([type, media]) => [type, { ...(media as Json), example }]),
  )
}

const UNCHANGED = { 304: { description: 'What you have (If-None-Match) is still true' } }

const SESSION = {
  type: 'object',
  properties: { key: { type: 'string', minLength: 1, maxLength: 1000, description: 'An API key, `ak_…`' } },
  required: ['key'],
}

const MESSAGE = {
  type: 'object',
  properties: {
    jsonrpc: { const: '2.0' },
    id: { anyOf: [{ type: 'integer' }, { type: 'string', maxLength: 200 }] },
    method: { type: 'string', maxLength: 200 },
    params: { type: 'object' },
  },
  required: ['jsonrpc', 'method'],
}

const SESSION_TOLD = { auth: 'keys', name: 'price sync', scopes: ['products:read', 'products:write'] }

export const FIXED_PATHS: Record<string, Json> = {
  '/livez': {
    get: get({
      id: 'server.livez',
      example: { status: 'alive' },
      summary: 'Whether the process runs',
      description: 'Answers as long as it does, whatever else is lost.',
    }),
  },
  '/readyz': {
    get: get({
      id: 'server.readyz',
      example: { status: 'ready', database: 'ok' },
      summary: 'Whether requests can be answered',
      description: 'That is so while the database answers. A lost Redis only degrades. 503 from SIGTERM on.',
      others: { 503: { description: 'Not ready', content: OBJECT } },
    }),
  },
  '/metrics': {
    get: get({
      id: 'server.metrics',
      example: '# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1764151200\n',
      summary: 'Metrics for Prometheus',
      description: 'Scope `admin`, where keys are asked for.',
      security: KEY,
      content: TEXT,
      problems: ['KEY_MISSING', 'KEY_INVALID', 'SCOPE_MISSING'],
    }),
  },
  '/openapi.json': {
    get: get({
      id: 'server.openapi',
      example: { openapi: '3.1.0' },
      summary: 'This document',
      description: 'As a page: `/docs`.',
      others: UNCHANGED,
    }),
  },
  '/llms.txt': {
    get: get({
      id: 'server.llms',
      summary: 'For language models: what there is, and where',
      description: 'Every operation on one page of Markdown.',
      example: '# Adstock\n',
      content: TEXT,
      others: UNCHANGED,
    }),
  },
  '/mcp': {
    post: {
      ...get({
        id: 'server.mcp',
        summary: 'The operations as tools of the Model Context Protocol',
        description:
          'Streamable HTTP without sessions: one JSON-RPC message a request. Not there where every caller from elsewhere may do everything.',
        security: [{ key: [] }],
        example: { jsonrpc: '2.0', id: 1, result: {} },
        problems: ['KEY_MISSING', 'KEY_INVALID', 'CROSS_SITE_REFUSED', 'INVALID_INPUT', ...BODY_PROBLEMS],
      }),
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: MESSAGE,
            example: { jsonrpc: '2.0', id: 1, method: 'ping' },
          },
        },
      },
    },
  },
  '/client.tgz': {
    get: get({
      id: 'server.client',
      example: '(bytes of a tar archive, compressed by gzip)',
      summary: 'The typed client that fits this server',
      description: '`npm install` takes this address.',
      problems: ['ROUTE_NOT_FOUND'],
      others: UNCHANGED,
      content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } },
    }),
  },
  '/session': {
    get: get({
      id: 'session.get',
      example: SESSION_TOLD,
      summary: 'Who is signed in',
      description: 'The key of the session, and what it may do.',
      problems: ['KEY_INVALID'],
    }),
    post: {
      ...get({
        id: 'session.open',
        example: SESSION_TOLD,
        summary: 'Sign in with a key',
        description: 'Answers with a cookie, which lasts 7 days. It is for the page of this server.',
        problems: ['KEY_INVALID', 'CROSS_SITE_REFUSED', 'INVALID_INPUT', ...BODY_PROBLEMS],
      }),
      requestBody: {
        required: true,
        content: { 'application/json': { schema: SESSION, example: { key: 'ak_TGbrVYPm_…' } } },
      },
    },
    delete: {
      operationId: 'session.close',
      summary: 'Sign out',
      description: 'Ends the session of the cookie, on every server.',
      tags: ['server'],
      security: OPEN,
      responses: { 204: { description: 'Done' }, ...refusals(['CROSS_SITE_REFUSED', 'RATE_LIMITED']) },
    },
  },
}
