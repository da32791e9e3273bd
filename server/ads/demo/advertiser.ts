/** The made-up advertiser: campaigns, ad groups, keywords and products, with names that break careless readers. */
import { sampleSkus } from '#db/sample-catalogue.ts'

export interface Advertiser {
  seed: number
  zoneOf: (customerId: string) => string
  leaves: readonly Leaf[]
  nowMs: () => number
}

export interface AdvertiserOptions {
  seed?: number
  timeZone?: string
  /** The products that the shopping campaigns advertise; by default the SKUs of the sample catalogue. */
  itemIds?: readonly string[]
  nowMs?: () => number
}

export const DEMO_TIME_ZONE = 'America/New_York'

export function createAdvertiser(options: AdvertiserOptions = {}): Advertiser {
  const { timeZone = DEMO_TIME_ZONE } = options
  return {
    seed: options.seed ?? 1,
    zoneOf: () => timeZone,
    leaves: [...keywords(), ...products(options.itemIds ?? sampleSkus()), ...otherPlaces()],
    nowMs: options.nowMs ?? (() => Date.now()),
  }
}

/** Fields by their GAQL name. */
export type Fields = Readonly<Record<string, string>>

/** The smallest thing that has figures: a keyword, or a product in an ad group. */
export interface Leaf {
  id: string
  fields: Fields
  /** How much of the account's traffic it gets; most of it goes to few. */
  weight: number
  /** The chance that it is shown at all on a day. */
  presence: number
  kind: 'keyword' | 'product' | 'other'
  /** Figures exist from here on. */
  since: string
}

const CAMPAIGNS = [
  { id: '20114093217', name: 'Brand | Search', status: 'ENABLED', since: '2020-01-01' },
  { id: '20114093301', name: 'Kitchen, "Home" & Garden', status: 'ENABLED', since: '2020-01-01' },
  {
    id: '9223372036854775783',
    name: '=SUM(A1:A9) – Aktion „Sommer“ 🌞',
    status: 'PAUSED',
    since: '2024-04-01',
  },
  { id: '20887120465', name: 'スポーツ /\nOutdoor\tDE', status: 'ENABLED', since: '2025-02-14' },
  { id: '21002231190', name: 'Shopping | All Products', status: 'ENABLED', since: '2020-01-01' },
  { id: '9223372036854775801', name: 'Shopping | Best Sellers 🚀', status: 'ENABLED', since: '2025-06-01' },
] as const

/** Performance Max has no ad groups and no keywords: only its products and its campaign tell of it. */
const PERFORMANCE_MAX = {
  'campaign.id': '22410887651',
  'campaign.name': 'PMax | Everything',
  'campaign.status': 'ENABLED',
  'campaign.advertising_channel_type': 'PERFORMANCE_MAX',
}

const ASSET_GROUPS = ['Summer 🌞', 'Best "sellers", all year'].map((name, index) => ({
  'asset_group.id': `64400${index}1237`,
  'asset_group.name': name,
  'asset_group.status': index === 0 ? 'PAUSED' : 'ENABLED',
}))

const SEARCH_GROUPS = [3, 3, 2, 2]
const SHOPPING_GROUPS = [3, 2]
const KEYWORDS = [
  { text: 'water bottle', match: 'BROAD' },
  { text: 'buy "insulated" mug, 0.5 l', match: 'PHRASE' },
  { text: '=rucksack +günstig', match: 'EXACT' },
  { text: 'café ☕\ngifts', match: 'PHRASE' },
]

/** With the rest: 7 campaigns, 15 ad groups, 40 keywords; every item id is in one ad group of shopping, or in Performance Max. */
function keywords(): Leaf[] {
  return SEARCH_GROUPS.flatMap((groups, campaign) =>
    Array.from({ length: groups }, (_, group) => adGroup(campaign, group)).flatMap((of, group) =>
      KEYWORDS.map(({ text, match }, index) => {
        // Google's ids are 64-bit: one in four lies where a double has lost the last digits.
        const criterion =
          index === 1 ? `90071992547409${campaign}${group}${index}7` : `38${campaign}1${group}7${index}`
        return {
          id: `${of.fields['ad_group.id']}~${criterion}`,
          kind: 'keyword' as const,
          since: of.since,
          presence: 1,
          weight: 1 / (1 + index + group) / (1 + campaign / 3),
          fields: {
            ...of.fields,
            'ad_group_criterion.criterion_id': criterion,
            'ad_group_criterion.keyword.text': `${text} ${campaign + 1}.${group + 1}`,
            'ad_group_criterion.keyword.match_type': match,
          },
        }
      }),
    ),
  )
}

/** One product in so many. */
const SHARE_OF_PERFORMANCE_MAX = 6

function products(itemIds: readonly string[]): Leaf[] {
  const groups = SHOPPING_GROUPS.flatMap((count, index) =>
    Array.from({ length: count }, (_, group) => adGroup(SEARCH_GROUPS.length + index, group)),
  )
  return itemIds.flatMap((itemId, index) => {
    const of =
      index % SHARE_OF_PERFORMANCE_MAX === 4 ? inPerformanceMax(index) : groups[index % groups.length]
    if (!of) return []
    return {
      id: itemId,
      kind: 'product' as const,
      since: of.since,
      weight: 0.3 / (1 + (index % 20)),
      presence: 0.3,
      fields: { ...of.fields, 'segments.product_item_id': itemId },
    }
  })
}

/** What Performance Max shows beside products: videos, banners, maps. */
function otherPlaces(): Leaf[] {
  return ['video', 'display', 'maps'].map((id, index) => ({
    id,
    kind: 'other',
    since: '2025-01-01',
    weight: 0.4 / (1 + index),
    presence: 1,
    fields: inPerformanceMax(index).fields,
  }))
}

function inPerformanceMax(index: number): { fields: Fields; since: string } {
  const assets = ASSET_GROUPS[Math.floor(index / SHARE_OF_PERFORMANCE_MAX) % ASSET_GROUPS.length]
  return { since: '2025-01-01', fields: { ...PERFORMANCE_MAX, ...assets } }
}

function adGroup(campaignIndex: number, group: number): { fields: Fields; since: string } {
  const campaign = CAMPAIGNS[campaignIndex] ?? CAMPAIGNS[0]
  return {
    since: campaign.since,
    fields: {
      'campaign.id': campaign.id,
      'campaign.name': campaign.name,
      'campaign.status': campaign.status,
      'campaign.advertising_channel_type': campaignIndex < SEARCH_GROUPS.length ? 'SEARCH' : 'SHOPPING',
      'ad_group.id': `1${campaignIndex + 3}40077${campaignIndex}${group}21`,
      'ad_group.name': `${campaign.name.slice(0, 14)} / group ${group + 1}${group === 1 ? ' 🌙' : ''}`,
      'ad_group.status': group === 2 ? 'PAUSED' : 'ENABLED',
    },
  }
}
