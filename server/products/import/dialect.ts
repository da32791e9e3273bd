/** What the beginning of a file tells of its dialect: the delimiter, and which letter stands before the decimals. */
import { knownHeadings, type Mapping } from './headings.ts'

export const DELIMITERS = { comma: ',', semicolon: ';', tab: '\t' } as const
export type DelimiterName = keyof typeof DELIMITERS

export interface Delimiter {
  delimiter: string
  /** A first line that says so, as spreadsheets write it; it is no header. */
  isDeclared: boolean
}

/** Declared by `sep=;`, else the one that makes most known headings, and most columns. */
export function findDelimiter(head: string, mapping: Mapping): Delimiter {
  const declared = /^\ufeff?"?sep=(.)"?\r?\n/i.exec(head)?.[1]
  if (declared !== undefined) return { delimiter: declared, isDeclared: true }
  const [first = ''] = head.replace(/^\ufeff/, '').split(/\r\n|\n|\r/, 1)
  const [best] = Object.values(DELIMITERS)
    .map((delimiter) => {
      const header = first.split(delimiter).map((cell) => cell.replace(/^"(.*)"$/s, '$1'))
      return { delimiter, known: knownHeadings(header, mapping), columns: header.length }
    })
    .toSorted((a, b) => b.known - a.known || b.columns - a.columns)
  return { delimiter: best?.delimiter ?? ',', isDeclared: false }
}
