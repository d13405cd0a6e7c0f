import { isBannerMarkup } from '#lib/ads/banner-markup.ts'
import type { BidAsked, BidGiven, BrowserAdapter } from '#lib/ads/prebid/browser-adapter.ts'

/** The sandbox exchange as a bidder that the browser calls itself, with the identifiers that Prebid gives it. */
export const sandboxAdapter: BrowserAdapter = {
  code: 'sandboxdirect',
  isBidRequestValid: () => true,
  buildRequests: (bids, { auctionId, timeout, refererInfo, ortb2 }) => ({
    method: 'POST',
    url: new URL('/sandbox/exchange/openrtb2/auction', location.origin).href,
    data: JSON.stringify({
      id: auctionId ?? bids[0]?.bidId,
      imp: bids.map(impOf),
      ...(refererInfo?.page && { site: { page: refererInfo.page } }),
      ...(ortb2?.regs && { regs: ortb2.regs }),
      ...userOf(bids, ortb2?.user),
      ...(timeout !== undefined && { tmax: timeout }),
    }),
  }),
  // Each bid stands for itself: one that is no bid costs none of the others.
  interpretResponse: ({ body }) =>
    list((body as Answer | null)?.seatbid).flatMap((seat) =>
      list(seat?.bid).flatMap((bid) => bidOf(bid) ?? []),
    ),
}

const impOf = ({ bidId, adUnitCode, sizes = [] }: BidAsked) => ({
  id: bidId,
  tagid: adUnitCode,
  banner: { format: sizes.map(([w, h]) => ({ w, h })) },
})

type User = { consent?: string; ext?: { consent?: string } }

/** What Prebid knows of consent, and the identifiers, which are the same for every bid of an auction. */
function userOf([bid]: readonly BidAsked[], known: User = {}) {
  const consent = known.ext?.consent ?? known.consent
  const eids = bid?.userIdAsEids
  const user = { ...(consent && { consent }), ...(eids?.length && { eids }) }
  return Object.keys(user).length > 0 ? { user } : {}
}

function bidOf(bid: AnswerBid | null): BidGiven | null {
  if (!bid || typeof bid.impid !== 'string' || typeof bid.price !== 'number') return null
  if (typeof bid.adm !== 'string' || !isBannerMarkup(bid.adm) || (bid.mtype ?? 1) !== 1) return null
  const { impid, price, adm, w, h, crid, adomain, ext } = bid
  return {
    requestId: impid,
    cpm: price,
    currency: 'USD',
    ad: adm,
    // Prebid takes that of the slot where a bid has none.
    ...(w && h && { width: w, height: h }),
    creativeId: crid ?? impid,
    netRevenue: true,
    ttl: 60,
    meta: { advertiserDomains: [...list(adomain)], uid2: ext?.uid2 },
  }
}

const list = <T>(value: readonly T[] | null | undefined): readonly T[] => (Array.isArray(value) ? value : [])

interface Answer {
  seatbid?: ({ bid?: (AnswerBid | null)[] | null } | null)[] | null
}

interface AnswerBid {
  impid: string
  price: number
  adm: string
  mtype?: number | null
  w?: number | null
  h?: number | null
  crid?: string | null
  adomain?: string[] | null
  ext?: { uid2?: unknown } | null
}
