/** Addresses beside the operations: health, metrics, the document itself, and the page's session. */
import type { ProblemCode } from '#server/errors.ts'
import { BODY_PROBLEMS, refusals, type Json } from './openapi-components.ts'

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
  problems?: readonly ProblemCode[]
  others?: Json
}

function get({
  id,
  summary,
  description,
  security = OPEN,
  content = OBJECT,
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
      200: { description: 'Done', content },
      ...refusals([...problems, 'RATE_LIMITED']),
      ...others,
    },
  }
}

const UNCHANGED = { 304: { description: 'What you have (If-None-Match) is still true' } }

const SESSION = {
  type: 'object',
  properties: { key: { type: 'string', minLength: 1, maxLength: 1000, description: 'An API key, `ak_…`' } },
  required: ['key'],
}

export const FIXED_PATHS: Record<string, Json> = {
  '/livez': {
    get: get({
      id: 'server.livez',
      summary: 'Whether the process runs',
      description: 'Answers as long as it does, whatever else is lost.',
    }),
  },
  '/readyz': {
    get: get({
      id: 'server.readyz',
      summary: 'Whether requests can be answered',
      description: 'That is so while the database answers. A lost Redis only degrades. 503 from SIGTERM on.',
      others: { 503: { description: 'Not ready', content: OBJECT } },
    }),
  },
  '/metrics': {
    get: get({
      id: 'server.metrics',
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
      summary: 'This document',
      description: 'As a page: `/docs`.',
      others: UNCHANGED,
    }),
  },
  '/client.tgz': {
    get: get({
      id: 'server.client',
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
      summary: 'Who is signed in',
      description: 'The key of the session, and what it may do.',
      problems: ['KEY_INVALID'],
    }),
    post: {
      ...get({
        id: 'session.open',
        summary: 'Sign in with a key',
        description: 'Answers with a cookie, which lasts 7 days. It is for the page of this server.',
        problems: ['KEY_INVALID', 'CROSS_SITE_REFUSED', 'INVALID_INPUT', ...BODY_PROBLEMS],
      }),
      requestBody: { required: true, content: { 'application/json': { schema: SESSION } } },
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
