/** A request within its trace: taken up from `traceparent`, and told to a collector where there is one. */
import type { SpanExporter } from '#server/platform/span-exporter.ts'
import { continuedTrace, newTrace, traceparentOf as textOf } from '#server/platform/trace.ts'
import { exchangeOf } from './exchange.ts'
import type { Answered } from './request-metrics.ts'

/** For what is asked of others in the course of it. */
export function traceparentOf(request: Request): string | undefined {
  const { trace } = exchangeOf(request)
  return trace && textOf(trace)
}

export interface Tracing {
  begin: (request: Request) => void
  end: (answered: Answered) => void
}

export function createTracing(exporter: SpanExporter | undefined): Tracing {
  return {
    begin(request) {
      const trace = continuedTrace(request.headers.get('traceparent')) ?? (exporter && newTrace())
      if (trace) exchangeOf(request).trace = trace
    },
    end({ request, response, route, durationMs }) {
      if (!exporter) return
      const { trace, path } = exchangeOf(request)
      if (!trace?.sampled) return
      const { method } = request
      const { status, headers } = response
      const endedAtMs = performance.timeOrigin + performance.now()
      exporter.record({
        ...trace,
        name: `${method} ${route}`,
        startedAtMs: endedAtMs - durationMs,
        endedAtMs,
        failed: status >= 500,
        attributes: {
          'http.request.method': method,
          'http.route': route,
          'http.response.status_code': status,
          'url.path': path,
          'adstock.request_id': headers.get('x-request-id') ?? '',
        },
      })
    },
  }
}
