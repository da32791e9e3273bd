/** What words a product has to have, as a tree that each dialect writes in its own syntax. */
export type WordQuery =
  | { word: string; prefix?: boolean }
  | { all: readonly WordQuery[] }
  | { any: readonly WordQuery[] }
  | { both: WordQuery; not: WordQuery }

interface Syntax {
  word: (word: string, prefix: boolean) => string
  and: string
  or: string
  not: string
}

export function writeWordQuery(query: WordQuery, syntax: Syntax): string {
  const write = (each: WordQuery): string => writeWordQuery(each, syntax)
  if ('word' in query) return syntax.word(query.word, query.prefix ?? false)
  if ('all' in query) return `(${query.all.map(write).join(syntax.and)})`
  if ('any' in query) return `(${query.any.map(write).join(syntax.or)})`
  return `(${write(query.both)}${syntax.not}${write(query.not)})`
}
