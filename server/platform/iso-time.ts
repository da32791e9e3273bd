/** RFC 3339 UTC with milliseconds; null for a time that there is not. */
export function isoTime(ms: number | null | undefined): string | null {
  return ms == null ? null : new Date(ms).toISOString()
}
