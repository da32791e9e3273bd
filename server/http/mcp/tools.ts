/** The operations as tools of the Model Context Protocol. */
import type { Tool } from '@modelcontextprotocol/server'
import { operationsOf, type Api } from '#server/api.ts'
import { jsonSchema } from '#server/http/openapi/describe.ts'
import { withFormats, type Formats } from '#server/http/openapi/formats.ts'
import type { AnyOperation } from '#server/operation.ts'

export interface OperationAsTool {
  tool: Tool
  operation: AnyOperation
}

/** By name: `products.get` is `products_get`, because many clients take no dot. */
export function toolsOf(api: Api, formats: Formats): ReadonlyMap<string, OperationAsTool> {
  return new Map(
    operationsOf(api).map(({ name, operation }) => {
      const tool = toTool(name.replace('.', '_'), operation)
      return [tool.name, { tool: withFormats(tool, formats), operation }]
    }),
  )
}

function toTool(name: string, operation: AnyOperation): Tool {
  const { summary, description, input, output } = operation
  return {
    name,
    title: summary,
    description: [`${summary}.`, description].filter(Boolean).join(' '),
    inputSchema: asObject(jsonSchema(input, 'input')),
    outputSchema: asObject(jsonSchema(output, 'output')),
    annotations: annotationsOf(operation),
  }
}

/** What creates or begins something takes nothing away; whatever else changes something may. */
function annotationsOf({ kind, rest, status }: AnyOperation): NonNullable<Tool['annotations']> {
  if (kind === 'query') return { readOnlyHint: true, idempotentHint: true, openWorldHint: false }
  return {
    readOnlyHint: false,
    destructiveHint: status !== 201 && status !== 202,
    idempotentHint: !rest.startsWith('POST'),
  }
}

function asObject(schema: object): Tool['inputSchema'] {
  return { ...schema, type: 'object' }
}
