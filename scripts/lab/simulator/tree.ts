/** Accounts below a manager: what `manager` serves. Each has its own calendar, and some have nothing to tell any more. */
import { adsError, type ErrorBody } from './bodies.ts'

export const MANAGER_ID = '9000000000'
const LONE_ACCOUNT_ID = '1234567890'
const NESTED_MANAGER_ID = '9100000000'

export interface Node {
  id: string
  name: string
  under: string | undefined
  manager: boolean
  timeZone: string
  currency: string
  status: 'ENABLED' | 'CANCELED'
  hidden: boolean
}

const client = (id: string, name: string, more: Partial<Node>): Node => ({
  id,
  name,
  under: MANAGER_ID,
  manager: false,
  timeZone: 'America/New_York',
  currency: 'USD',
  status: 'ENABLED',
  hidden: false,
  ...more,
})

const NODES: readonly Node[] = [
  client(MANAGER_ID, 'All shops', { under: undefined, manager: true }),
  client('1111111111', 'Shop US', {}),
  client('2222222222', 'Laden, "Berlin"', { timeZone: 'Europe/Berlin', currency: 'EUR' }),
  client(NESTED_MANAGER_ID, 'Asia', { manager: true, timeZone: 'Asia/Tokyo' }),
  client('3333333333', '店舗 東京', { under: NESTED_MANAGER_ID, timeZone: 'Asia/Tokyo', currency: 'JPY' }),
  client('4444444444', 'Closed shop', { status: 'CANCELED' }),
  client('5555555555', 'Old shop', { hidden: true }),
]

/** The accounts of a simulator: every ten digits, one alone, or a tree. */
export class Tree {
  readonly #nodes: Map<string, Node>
  readonly #isTree: boolean

  constructor(isTree: boolean) {
    this.#isTree = isTree
    this.#nodes = new Map(isTree ? NODES.map((node) => [node.id, node]) : [])
  }

  /** Accounts close, move and are taken from their manager while a client looks on. */
  change(customerId: string, change: Partial<Node>): void {
    const node = this.#nodes.get(customerId) ?? client(customerId, '', { under: undefined })
    this.#nodes.set(customerId, { ...node, ...change })
  }

  /** Accounts that a sign-in reaches by itself. */
  roots(only: string | undefined): string[] {
    if (only !== undefined) return [only]
    const roots = [...this.#nodes.values()].filter(({ under }) => under === undefined).map(({ id }) => id)
    return this.#isTree ? roots : [LONE_ACCOUNT_ID]
  }

  find(customerId: string): Node | undefined {
    return this.#nodes.get(customerId)
  }

  isManager(customerId: string): boolean {
    return this.#nodes.get(customerId)?.manager ?? false
  }

  /** Fields of `customer_client`: the manager itself, and all that is below it, at any level. */
  clientsOf(managerId: string): Record<string, string | boolean>[] {
    const alone = client(managerId, '', { under: undefined })
    const nodes = this.#nodes.has(managerId) ? [...this.#nodes.values()] : [alone]
    return nodes.flatMap((node) => {
      const level = this.#levelsTo(managerId, node)
      if (level === undefined) return []
      return {
        'customer_client.id': node.id,
        'customer_client.client_customer': `customers/${node.id}`,
        'customer_client.descriptive_name': node.name,
        'customer_client.level': `${level}`,
        'customer_client.manager': node.manager,
        'customer_client.hidden': node.hidden,
        'customer_client.status': node.status,
        'customer_client.time_zone': node.timeZone,
        'customer_client.currency_code': node.currency,
      }
    })
  }

  /** A caller that is not signed in to an account itself has to name a manager above it. */
  refuse(customerId: string, loginCustomerId: string | null): ErrorBody | undefined {
    const node = this.#nodes.get(customerId)
    if (!this.#isTree) return node && refuseClosed(node)
    const through = loginCustomerId ?? customerId
    const reached =
      node && through !== customerId ? this.#levelsTo(through, node) : node && node.manager ? 0 : undefined
    if (!node || reached === undefined)
      return refusal(
        'USER_PERMISSION_DENIED',
        "User doesn't have permission to access customer. Note: If you're accessing a client customer, the manager's customer id must be set in the 'login-customer-id' header.",
      )
    return refuseClosed(node)
  }

  #levelsTo(managerId: string, node: Node): number | undefined {
    if (node.id === managerId) return 0
    const above = this.#nodes.get(node.under ?? '')
    const levels = above && this.#levelsTo(managerId, above)
    return levels === undefined ? undefined : levels + 1
  }
}

function refuseClosed({ status }: Node): ErrorBody | undefined {
  if (status === 'ENABLED') return undefined
  return refusal(
    'CUSTOMER_NOT_ENABLED',
    "The customer account can't be accessed because it is not yet enabled or has been deactivated.",
  )
}

function refusal(value: string, message: string): ErrorBody {
  return adsError(403, { family: 'authorizationError', value, message })
}
