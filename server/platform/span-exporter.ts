/**
 * Spans to an OpenTelemetry collector, as OTLP over HTTP in JSON. A request only adds to a list; what a collector that
 * is slow or away does not take is dropped and counted.
 */
import type { Logger } from './log.ts'
import type { Trace } from './trace.ts'

export interface Span extends Trace {
  name: string
  startedAtMs: number
  endedAtMs: number
  failed: boolean
  attributes: Readonly<Record<string, string | number>>
}

export interface SpanExporterOptions {
  /** Of the collector, such as `http://127.0.0.1:4318`. */
  endpoint: string
  /** Of each request to it. */
  headers: Readonly<Record<string, string>>
  log: Logger
  onDropped: (spans: number) => void
}

const MAX_WAITING = 2_048
const SEND_EVERY_MS = 2_000
const TIMEOUT_MS = 5_000
const KIND_SERVER = 2
const STATUS_ERROR = 2

export class SpanExporter implements AsyncDisposable {
  readonly #options: SpanExporterOptions
  readonly #timer: ReturnType<typeof setInterval>
  #waiting: Span[] = []
  #sending: Promise<void> | undefined

  constructor(options: SpanExporterOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#send(), SEND_EVERY_MS)
    this.#timer.unref()
  }

  record(span: Span): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(span)
    else this.#options.onDropped(1)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await this.#sending
    this.#send()
    await this.#sending
  }

  #send(): void {
    if (this.#sending || this.#waiting.length === 0) return
    const spans = this.#waiting
    this.#waiting = []
    this.#sending = this.#post(spans).finally(() => {
      this.#sending = undefined
    })
  }

  async #post(spans: readonly Span[]): Promise<void> {
    const { endpoint, headers, log, onDropped } = this.#options
    try {
      const response = await fetch(`${endpoint.replace(/\/+$/, '')}/v1/traces`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(toOtlp(spans)),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      if (!response.ok) throw new Error(`The collector answers ${response.status}.`)
    } catch (error) {
      onDropped(spans.length)
      log.debug({ err: error, spans: spans.length }, 'spans were not taken')
    }
  }
}

function toOtlp(spans: readonly Span[]) {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributesOf({ 'service.name': 'adstock' }) },
        scopeSpans: [{ scope: { name: 'adstock' }, spans: spans.map(toOtlpSpan) }],
      },
    ],
  }
}

function toOtlpSpan({ traceId, spanId, parentId, name, startedAtMs, endedAtMs, failed, attributes }: Span) {
  return {
    traceId,
    spanId,
    ...(parentId !== undefined && { parentSpanId: parentId }),
    name,
    kind: KIND_SERVER,
    startTimeUnixNano: nanoseconds(startedAtMs),
    endTimeUnixNano: nanoseconds(endedAtMs),
    attributes: attributesOf(attributes),
    status: failed ? { code: STATUS_ERROR } : {},
  }
}

function attributesOf(attributes: Readonly<Record<string, string | number>>) {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value },
  }))
}

/** Of a time in milliseconds, to the microsecond. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms * 1_000)}000`
}
