import 'server-only'

import { createHash } from 'node:crypto'
import type { Buyer, TokenReading } from '../buyer/buyer'
import { type HeldAuction, type PlacedBid, unitName } from './auction-record'
import {
  type BidRequest,
  bannerSizes,
  type Imp,
  idFrom,
  parseBidRequest,
  type Size,
  slotName,
} from './bid-request'
import { campaignAt } from './campaigns'
import { hasLayout, renderCreative } from './creative'

const SEAT = 'sandbox'
/** CPM in US dollars. Recognising the reader is worth the difference. */
const PRICE = { known: 2.4, unknown: 0.6 }

type Bid = ReturnType<typeof makeBid>['bid']

interface BidResponse {
  id: string
  cur: 'USD'
  seatbid: { seat: string; bid: Bid[] }[]
}

export type AuctionResult =
  | { ok: true; response: BidResponse; held: HeldAuction }
  | { ok: false; error: { error: 'invalid'; message: string } }

/** One bid for each imp with a banner size, with or without an identity. Only the price differs. */
export async function auction(input: unknown, buyer: Buyer): Promise<AuctionResult> {
  const parsed = parseBidRequest(input)
  if (!parsed.ok) return { ok: false, error: { error: 'invalid', message: parsed.message } }
  const { request } = parsed
  const reading = await readIdentity(request, buyer)
  const made = makeBids(request, reading)
  const bid = made.map((each) => each.bid)
  return {
    ok: true,
    response: { id: request.id, cur: 'USD', seatbid: bid.length > 0 ? [{ seat: SEAT, bid }] : [] },
    held: { request, reading, bids: made.map((each) => each.placed) },
  }
}

/** This buyer has no keys for tokens of the other product. */
async function readIdentity(request: BidRequest, buyer: Buyer): Promise<TokenReading> {
  const own = idFrom(request, buyer.source)
  if (own !== undefined) return buyer.read(own)
  const other = idFrom(request, buyer.source === 'uidapi.com' ? 'euid.eu' : 'uidapi.com')
  return { token: other === undefined ? 'none' : 'unreadable' }
}

function makeBids(request: BidRequest, reading: TokenReading) {
  return request.imp.flatMap((imp, index) => {
    const sizes = bannerSizes(imp)
    const size = sizes.find(hasLayout) ?? sizes[0]
    return size ? [makeBid(`${request.id}-${index + 1}`, imp, size, reading)] : []
  })
}

function makeBid(id: string, imp: Imp, { w, h }: Size, reading: TokenReading) {
  const [campaignNumber, variation] = slotNumbers(slotName(imp))
  const campaign = campaignAt(campaignNumber)
  const base = reading.token === 'readable' ? PRICE.known : PRICE.unknown
  // Varies by five per cent, always the same for the same slot.
  const price = Math.round(base * (0.95 + 0.1 * variation) * 100) / 100
  const placed: PlacedBid = { slot: unitName(imp), price, campaign: campaign.id }
  const bid = {
    id,
    impid: imp.id,
    price,
    adm: renderCreative(campaign, { w, h }, reading),
    w,
    h,
    crid: `${campaign.id}-${w}x${h}`,
    mtype: 1,
    adomain: [campaign.domain],
    ext: {
      uid2: reading,
      // Prebid keeps only this part of a bid's `ext`: in the browser it is `bid.meta.uid2`.
      prebid: { type: 'banner', meta: { uid2: reading } },
    },
  }
  return { bid, placed }
}

function slotNumbers(slot: string): [campaign: number, variation: number] {
  const hash = createHash('sha256').update(slot).digest()
  return [hash.readUInt8(0), hash.readUInt8(1) / 255]
}
