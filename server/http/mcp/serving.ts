/** What the SDK serves: the tools, and a product and a day as resources. Loaded with the first request. */
import {
  createMcpHandler,
  ProtocolError,
  ProtocolErrorCode,
  Server,
  type CallToolRequest,
  type CallToolResult,
  type ReadResourceResult,
} from '@modelcontextprotocol/server'
import { join } from 'node:path'
import { mayUse } from '#server/caller.ts'
import type { Context } from '#server/context.ts'
import { toProblem, type RequestInfo, type Reporter } from '#server/http/problem.ts'
import { invoke } from '#server/invoke.ts'
import type { Cost } from '#server/operation.ts'
import type { OperationAsTool } from './tools.ts'

export interface Asked {
  ctx: Context
  info: RequestInfo
  /** @throws ProblemError `RATE_LIMITED` */
  count: (cost: Cost) => Promise<void>
}

export interface McpServing {
  answer: (request: Request, body: unknown, asked: Asked) => Promise<Response>
}

type Tools = ReadonlyMap<string, OperationAsTool>

/** A tool's `_meta` may have it: the same call then has one effect. */
const IDEMPOTENCY_KEY = 'adstock/idempotency-key'
const INSTRUCTIONS =
  'Products, their stock, and Google Ads by date. Prices are decimal strings, costs micros: a million is one unit of currency. Read before you change something, and pass the version that you read.'

const RESOURCES = [
  {
    uriTemplate: 'adstock://products/{id}',
    name: 'product',
    title: 'A product, by its id',
    mimeType: 'application/json',
    pattern: /^adstock:\/\/products\/(\d{1,16})$/,
    tool: 'products_get',
    input: (id: string) => ({ id: Number(id) }),
  },
  {
    uriTemplate: 'adstock://days/{date}',
    name: 'day',
    title: 'A day of ads: its state and its sums, by report and account',
    mimeType: 'application/json',
    pattern: /^adstock:\/\/days\/(\d{4}-\d\d-\d\d)$/,
    tool: 'ads_days',
    input: (date: string) => ({ from: date, to: date }),
  },
]

const MANIFEST = join(import.meta.dir, '../../../package.json')

export async function createServing(tools: Tools, reporter: Reporter): Promise<McpServing> {
  const { version } = (await Bun.file(MANIFEST).json()) as { version: string }
  const askedBy = new WeakMap<Request, Asked>()
  const handler = createMcpHandler(
    ({ requestInfo }) => {
      const asked = requestInfo && askedBy.get(requestInfo)
      if (!asked) throw new Error('A request came to the tools by another way.')
      return serverFor(tools, version, { asked, reporter })
    },
    {
      maxSubscriptions: 0,
      onerror: (error) => reporter.log.debug({ err: error }, 'a request for tools was refused'),
    },
  )
  return {
    answer(request, body, asked) {
      askedBy.set(request, asked)
      return handler.fetch(request, { parsedBody: body })
    },
  }
}

function serverFor(tools: Tools, version: string, { asked, reporter }: Answering): Server {
  const server = new Server(
    { name: 'adstock', title: 'Adstock', version },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  )
  const { caller } = asked.ctx
  server.setRequestHandler('tools/list', () => ({
    tools: [...tools.values()]
      .filter(({ operation }) => mayUse(caller, operation.scope))
      .map(({ tool }) => tool),
  }))
  server.setRequestHandler('tools/call', ({ params }) => call(tools, params, { asked, reporter }))
  server.setRequestHandler('resources/list', () => ({ resources: [] }))
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: RESOURCES.map(({ uriTemplate, name, title, mimeType }) => ({
      uriTemplate,
      name,
      title,
      mimeType,
    })),
  }))
  server.setRequestHandler('resources/read', ({ params }) => read(tools, params.uri, { asked, reporter }))
  return server
}

interface Answering {
  asked: Asked
  reporter: Reporter
}

async function call(
  tools: Tools,
  { name, arguments: input, _meta: meta }: CallToolRequest['params'],
  { asked, reporter }: Answering,
): Promise<CallToolResult> {
  const found = tools.get(name)
  if (!found) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no tool ${name}.`)
  const key = meta?.[IDEMPOTENCY_KEY]
  try {
    const output = await run(found, input ?? {}, {
      ...asked,
      ctx: { ...asked.ctx, idempotencyKey: typeof key === 'string' ? key : null },
    })
    return result(output)
  } catch (error) {
    return { ...result(toProblem(error, asked.info, reporter)), isError: true }
  }
}

function result(output: object): CallToolResult {
  return {
    content: [{ type: 'text', text: JSON.stringify(output) }],
    structuredContent: output,
  }
}

async function read(tools: Tools, uri: string, { asked, reporter }: Answering): Promise<ReadResourceResult> {
  for (const { pattern, tool, input, mimeType } of RESOURCES) {
    const part = pattern.exec(uri)?.[1]
    const found = tools.get(tool)
    if (part === undefined || !found) continue
    try {
      const output = await run(found, input(part), asked)
      return { contents: [{ uri, mimeType, text: JSON.stringify(output) }] }
    } catch (error) {
      const problem = toProblem(error, asked.info, reporter)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, problem.detail, problem)
    }
  }
  throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no resource ${uri}.`)
}

async function run({ operation }: OperationAsTool, input: object, { ctx, count }: Asked): Promise<object> {
  await count(operation.cost)
  return (await invoke(operation, ctx, input)).output as object
}
