/** A query in words, texts, operators and brackets. */
import { QueryError } from './errors.ts'

export interface Token {
  kind: 'word' | 'text' | 'symbol'
  /** Of a text, what stands between its quotes. */
  value: string
}

const TOKEN =
  /\s*(?:'(?<single>(?:[^'\\]|\\.)*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<word>-?[\w.]+)|(?<symbol>!=|>=|<=|[=<>(),*]))/suy

/** @throws QueryError */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  const text = query.trimEnd()
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const groups = TOKEN.exec(text)?.groups
    if (!groups)
      throw new QueryError('UNEXPECTED_INPUT', `Error in query: unexpected input ${text.slice(at, at + 20)}.`)
    const { single, double, word, symbol } = groups
    const quoted = single ?? double
    if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replaceAll(/\\(.)/gsu, '$1') })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else tokens.push({ kind: 'symbol', value: symbol ?? '' })
  }
  return tokens
}
