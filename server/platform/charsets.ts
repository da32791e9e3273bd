export const CHARSETS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1252',
  'iso-8859-1',
  'iso-8859-15',
] as const
export type Charset = (typeof CHARSETS)[number]

/** `latin1`, `utf8`, `cp1252` and the like as one of ours. Source of the labels: the Encoding Standard. */
export function charsetNamed(label: string): Charset | undefined {
  try {
    const { encoding } = new TextDecoder(label)
    return CHARSETS.find((charset) => charset === encoding)
  } catch {
    return undefined
  }
}
