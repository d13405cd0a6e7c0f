import 'server-only'

import { z } from 'zod'
import type { TokenReading } from '../buyer/buyer'
import type { BidRequest, Imp } from './bid-request'
import { shortenTokens } from './shorten-tokens'

/** One auction as the buyer's side saw it: the request, what the buyer could read, the bids. */
export interface AuctionRecord {
  /** Unix ms. */
  at: number
  id: string
  /** The sender, as far as the request shows: Google's tag (its stand-in), Prebid, or other code. */
  from: 'gpt' | 'prebid' | 'openrtb'
  slots: string[]
  /** Each id is shortened. */
  eids: { source: string; id: string; place: 'user.eids' | 'user.ext.eids' }[]
  /** From Google's tag: key-values of the page and of each slot. */
  keyValues?: KeyValues
  reading: TokenReading
  /** `price`: CPM in US dollars. */
  bids: PlacedBid[]
  /**
   * The request with every token shortened. Null: too long, or with too many tokens. Then id, slots and bids
   * are missing too.
   */
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

/** Characters of JSON. */
const REQUEST_LIMIT = 20_000
const LIST_LIMIT = 20
const SOURCE_LIMIT = 100

const values = z.record(z.string(), z.array(z.string()))
const keyValues = z.object({ targeting: values, slots: z.record(z.string(), values) })
type KeyValues = z.infer<typeof keyValues>

/**
 * The record of an auction. `length`: the request's, in characters. Contains at most six characters of any
 * token (K3).
 */
export function recordOf(held: HeldAuction, length: number, at: number): AuctionRecord {
  const { request, reading } = held
  const shown = length <= REQUEST_LIMIT ? (shortenTokens(held) as HeldAuction | undefined) : undefined
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

/** The page's name for the slot: Prebid's ad unit, or the element that Google's tag fills. */
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
  // A request may name any text as a source, even an id.
  const { eids } = shortenTokens({ eids: all.slice(0, LIST_LIMIT) }) as { eids: typeof all }
  return eids.map((eid) => ({ ...eid, source: eid.source.slice(0, SOURCE_LIMIT) }))
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
