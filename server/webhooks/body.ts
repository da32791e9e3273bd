/** What is sent of an event. */
import type { Event } from './event.ts'

export type Format = 'standard' | 'slack'

/** @param baseUrl without it links are paths */
export function bodyOf(event: Event, format: Format, baseUrl: string): string {
  const { type, at, data, path } = event
  const url = `${baseUrl}/v1${path}`
  if (format === 'slack') return JSON.stringify({ text: slackText(event, baseUrl === '' ? undefined : url) })
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data: { ...data, url } })
}

/** As Slack's incoming webhooks want it, and those of others that took over its form. */
function slackText({ text }: Event, url: string | undefined): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return url === undefined ? escaped : `${escaped} <${url}|More>`
}
