import type { Json } from './components.ts'

/** What a schema with this `format` is, where that depends on the configuration. */
export type Formats = Readonly<Record<string, Json>>

export function withFormats<T>(document: T, formats: Formats): T {
  return JSON.parse(JSON.stringify(document), (_, value: unknown) => formats[formatOf(value)] ?? value) as T
}

const MAX_INT32 = 2_147_483_647

/** Languages with integers of several sizes are told which of them is needed. */
export function withIntegerFormats(document: Json): Json {
  return JSON.parse(JSON.stringify(document), (_, value: unknown) => {
    const {
      type,
      maximum = Infinity,
      format,
    } = (value ?? {}) as { type?: unknown; maximum?: number; format?: unknown }
    if (type !== 'integer' || format !== undefined) return value
    return { ...(value as Json), format: maximum <= MAX_INT32 ? 'int32' : 'int64' }
  }) as Json
}

function formatOf(schema: unknown): string {
  const { format } = (schema ?? {}) as { format?: unknown }
  return typeof format === 'string' ? format : ''
}
