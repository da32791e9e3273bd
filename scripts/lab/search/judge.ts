/** Questions with what fits, asked of a server: how often the right product is first, or among the first three. */
import { parse } from 'csv-parse/sync'
import { join } from 'node:path'
import type { TestServer } from '#scripts/lab/harness/test-server.ts'

export interface Question {
  query: string
  /** The name of a product that fits. */
  fits: RegExp
  /** A name that does not, though it may fit as well. */
  unfit: RegExp | undefined
}

export interface Judgement {
  questions: number
  first: number
  firstThree: number
  /** Questions without any result. */
  empty: string[]
  /** Questions whose first result does not fit, with its name. */
  misses: { query: string; first: string | undefined }[]
}

export const SAMPLE_QUESTIONS = join(import.meta.dir, 'questions.tsv')
const SAMPLE_NAMES = join(import.meta.dir, 'names.txt')

/** @param file tab-separated: query, fits and, where needed, what does not fit; regular expressions, case ignored */
export async function readQuestions(file: string): Promise<Question[]> {
  const rows: string[][] = parse(await Bun.file(file).text(), {
    delimiter: '\t',
    fromLine: 2,
    quote: false,
    relaxColumnCount: true,
  })
  return rows.map(([query = '', fits = '', unfit = '']) => ({
    query,
    fits: new RegExp(fits, 'i'),
    unfit: unfit === '' ? undefined : new RegExp(unfit, 'i'),
  }))
}

/** As a file to import. */
export async function sampleNames(): Promise<string> {
  const names = (await Bun.file(SAMPLE_NAMES).text()).trim().split('\n')
  return [
    'sku,name,price',
    ...names.map((name, index) => `JN-${index + 1},"${name.replaceAll('"', '""')}",1`),
  ].join('\n')
}

export async function importFile({ url }: TestServer, csv: string): Promise<void> {
  const headers = { 'content-type': 'text/csv' }
  const answer = await fetch(`${url}/v1/products/import`, { method: 'POST', headers, body: csv })
  if (!answer.ok) throw new Error(await answer.text())
}

export async function judge({ client }: TestServer, questions: readonly Question[]): Promise<Judgement> {
  const judgement: Judgement = { questions: questions.length, first: 0, firstThree: 0, empty: [], misses: [] }
  for (const { query, fits, unfit } of questions) {
    const { items } = await client.products.search.query({ q: query, limit: 3 })
    const right = items.map(({ name }) => fits.test(name) && !unfit?.test(name))
    if (right[0]) judgement.first += 1
    else judgement.misses.push({ query, first: items[0]?.name })
    if (right.includes(true)) judgement.firstThree += 1
    if (items.length === 0) judgement.empty.push(query)
  }
  return judgement
}
