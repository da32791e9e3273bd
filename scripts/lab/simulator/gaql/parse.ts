/** Google's query language: SELECT … FROM … WHERE … ORDER BY … LIMIT … PARAMETERS …, as its grammar has it. */
import { QueryError } from './errors.ts'
import { tokensOf, type Token } from './tokens.ts'

export interface Query {
  fields: readonly string[]
  /** Empty for GoogleAdsFieldService, whose queries have no FROM. */
  from: string
  conditions: readonly Condition[]
  orderBy: readonly { field: string; descending: boolean }[]
  limit: number | undefined
}

export const OPERATORS = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'IN',
  'NOT IN',
  'LIKE',
  'NOT LIKE',
  'CONTAINS ANY',
  'CONTAINS ALL',
  'CONTAINS NONE',
  'IS NULL',
  'IS NOT NULL',
  'DURING',
  'BETWEEN',
  'REGEXP_MATCH',
  'NOT REGEXP_MATCH',
] as const
export type Operator = (typeof OPERATORS)[number]

export interface Condition {
  field: string
  operator: Operator
  values: readonly string[]
}

/** @throws QueryError */
export function parseQuery(text: string, { needsFrom = true } = {}): Query {
  return new Parser(tokensOf(text)).query(needsFrom)
}

class Parser {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  query(needsFrom: boolean): Query {
    this.#expect('SELECT', 'EXPECTED_SELECT')
    const fields = this.#list(() => this.#word('a field'))
    const hasFrom = this.#take('FROM')
    if (needsFrom && !hasFrom) throw this.#unexpected('EXPECTED_FROM')
    if (!needsFrom && hasFrom)
      throw new QueryError('UNEXPECTED_FROM_CLAUSE', 'Error in query: a FROM clause cannot be used here.')
    const from = hasFrom ? this.#word('a resource').toLowerCase() : ''
    const conditions = this.#take('WHERE') ? this.#conditions() : []
    const orderBy = this.#take('ORDER') ? this.#order() : []
    const limit = this.#take('LIMIT') ? this.#limit() : undefined
    if (this.#take('PARAMETERS')) this.#list(() => this.#parameter())
    if (this.#peek()) throw this.#unexpected('UNEXPECTED_INPUT')
    return { fields, from, conditions, orderBy, limit }
  }

  #conditions(): Condition[] {
    const conditions = [this.#condition()]
    while (this.#take('AND')) conditions.push(this.#condition())
    return conditions
  }

  #condition(): Condition {
    const field = this.#word('a field')
    const operator = this.#operator()
    return { field, operator, values: this.#valuesOf(operator) }
  }

  #operator(): Operator {
    const token = this.#next()
    let name = (token?.value ?? '').toUpperCase()
    if (name === 'IS') name = this.#take('NOT') ? 'IS NOT' : 'IS'
    if (['NOT', 'CONTAINS', 'IS', 'IS NOT'].includes(name))
      name = `${name} ${(this.#next()?.value ?? '').toUpperCase()}`
    const operator = OPERATORS.find((each) => each === name)
    if (!operator || token?.kind === 'text')
      throw new QueryError('BAD_OPERATOR', `Error in WHERE clause: invalid operator '${name}'.`)
    return operator
  }

  #valuesOf(operator: Operator): string[] {
    if (operator === 'IS NULL' || operator === 'IS NOT NULL') return []
    if (operator === 'BETWEEN') {
      const from = this.#value()
      this.#expect('AND', 'EXPECTED_VALUE_WITH_BETWEEN_OPERATOR')
      return [from, this.#value()]
    }
    if (!/IN$|^CONTAINS/.test(operator)) return [this.#value()]
    this.#expect('(', 'EXPECTED_LIST')
    if (this.#take(')'))
      throw new QueryError('PROHIBITED_EMPTY_LIST_IN_CONDITION', 'Error in WHERE clause: the list is empty.')
    const values = this.#list(() => this.#value())
    this.#expect(')', 'EXPECTED_LIST')
    return values
  }

  #value(): string {
    const token = this.#next()
    if (!token || token.kind === 'symbol') throw this.#unexpected('BAD_VALUE')
    return token.value
  }

  #order(): { field: string; descending: boolean }[] {
    this.#expect('BY', 'EXPECTED_BY')
    return this.#list(() => {
      const field = this.#word('a field')
      const descending = this.#take('DESC')
      if (!descending) this.#take('ASC')
      return { field, descending }
    })
  }

  #limit(): number {
    const text = this.#next()?.value ?? ''
    if (!/^[1-9]\d{0,17}$/.test(text))
      throw new QueryError('BAD_LIMIT_VALUE', `Error in LIMIT clause: '${text}' is not a positive number.`)
    return Number(text)
  }

  #parameter(): void {
    const name = this.#word('a parameter')
    this.#expect('=', 'BAD_SYMBOL')
    const value = this.#value()
    if (!['include_drafts', 'omit_unselected_resource_names'].includes(name))
      throw new QueryError('INVALID_PARAMETER_NAME', `Invalid parameter name: '${name}'.`)
    if (!/^(true|false)$/i.test(value))
      throw new QueryError('INVALID_PARAMETER_VALUE', `Invalid parameter value: '${value}'.`)
  }

  #list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.#take(',')) items.push(item())
    return items
  }

  #word(what: string): string {
    const token = this.#next()
    if (token?.kind !== 'word' || !/^[a-z_]\w*(\.\w+)*$/i.test(token.value))
      throw new QueryError('BAD_FIELD_NAME', `Error in query: '${token?.value ?? ''}' is not ${what}.`)
    return token.value
  }

  #take(value: string): boolean {
    const token = this.#peek()
    if (!token || token.kind === 'text' || token.value.toUpperCase() !== value) return false
    this.#at++
    return true
  }

  #expect(value: string, error: string): void {
    if (!this.#take(value)) throw this.#unexpected(error)
  }

  #unexpected(error: string): QueryError {
    return new QueryError(error, `Error in query: unexpected input ${this.#peek()?.value ?? 'at its end'}.`)
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at]
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++]
  }
}
