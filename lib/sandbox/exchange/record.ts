import 'server-only'

import { z } from 'zod'
import type { TokenReading } from '../buyer/buyer'
import type { BidRequest, Imp } from './bid-request'
import { withoutTokens } from './shortened'

/** One auction as the other side saw it: what came in, what the buyer could read, what it bid. */
export interface AuctionRecord {
  /** Unix ms. */
  at: number
  id: string
  /** As far as the request tells: Google's tag (its stand-in), Prebid, or somebody who wrote it themselves. */
  from: 'gpt' | 'prebid' | 'openrtb'
  slots: string[]
  /** Each id shortened. */
  eids: { source: string; id: string; place: 'user.eids' | 'user.ext.eids' }[]
  /** Of Google's tag: key-values of the page and of each slot. */
  keyValues?: KeyValues
  reading: TokenReading
  /** `price`: CPM in US dollars. */
  bids: PlacedBid[]
  /** The request with every token shortened; null: too long or with too many tokens to be kept, and with it id, slots and bids. */
  request: unknown
}

export interface PlacedBid {
  slot: string
  price: number
  campaign: string
}

export interface HeldAuction {
  request: BidRequest
  reading: TokenReading
  bids: PlacedBid[]
}

/** In characters of JSON. */
const REQUEST_LIMIT = 20_000
const LIST_LIMIT = 20
const SOURCE_LIMIT = 100

const values = z.record(z.string(), z.array(z.string()))
const keyValues = z.object({ targeting: values, slots: z.record(z.string(), values) })
type KeyValues = z.infer<typeof keyValues>

/** What is kept of an auction whose request was so many characters long. Holds no more than six characters of any token (K3). */
export function recordOf(held: HeldAuction, length: number, at: number): AuctionRecord {
  const { request, reading } = held
  const shown = length <= REQUEST_LIMIT ? (withoutTokens(held) as HeldAuction | undefined) : undefined
  const gam = keyValues.safeParse(member(shown?.request.ext, 'gam'))
  return {
    at,
    id: shown?.request.id ?? '',
    from: origin(request),
    slots: shown?.request.imp.map(unitName) ?? [],
    eids: eidsOf(request),
    ...(gam.success && { keyValues: gam.data }),
    reading,
    bids: shown?.bids ?? [],
    request: shown?.request ?? null,
  }
}

/** The name that a page has for the place: Prebid's ad unit, or the element that Google's tag fills. */
export function unitName(imp: Imp): string {
  return imp.ext?.prebid?.adunitcode ?? imp.id
}

function origin(request: BidRequest): AuctionRecord['from'] {
  if (member(request.ext, 'gam') !== undefined) return 'gpt'
  const isPrebid = [request.ext, ...request.imp.map(({ ext }) => ext)].some((ext) => member(ext, 'prebid'))
  return isPrebid ? 'prebid' : 'openrtb'
}

function eidsOf({ user }: BidRequest): AuctionRecord['eids'] {
  const places = [
    ['user.eids', user?.eids],
    ['user.ext.eids', user?.ext?.eids],
  ] as const
  const all = places.flatMap(([place, eids = []]) =>
    eids.flatMap(({ source, uids = [] }) => uids.map(({ id }) => ({ source, id, place }))),
  )
  // A source is what the request says it is: it may repeat an id.
  const { eids } = withoutTokens({ eids: all.slice(0, LIST_LIMIT) }) as { eids: typeof all }
  return eids.map((eid) => ({ ...eid, source: eid.source.slice(0, SOURCE_LIMIT) }))
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
