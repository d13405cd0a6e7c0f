import type { BidAsked, BrowserAdapter } from './browser-adapter.ts'

/** The sandbox exchange as a bidder that the browser calls itself, with the identifiers that Prebid gives it. */
export const sandboxAdapter: BrowserAdapter = {
  code: 'sandboxdirect',
  isBidRequestValid: () => true,
  buildRequests: (bids, { auctionId, timeout, refererInfo }) => ({
    method: 'POST',
    url: new URL('/sandbox/exchange/openrtb2/auction', location.origin).href,
    data: JSON.stringify({
      id: auctionId ?? bids[0]?.bidId,
      imp: bids.map(impOf),
      ...(refererInfo?.page && { site: { page: refererInfo.page } }),
      ...eidsOf(bids),
      ...(timeout !== undefined && { tmax: timeout }),
    }),
  }),
  interpretResponse: ({ body }) =>
    (body as Answer).seatbid.flatMap(({ bid }) =>
      bid.map(({ impid, price, adm, w, h, crid, adomain, ext }) => ({
        requestId: impid,
        cpm: price,
        currency: 'USD',
        ad: adm,
        width: w,
        height: h,
        creativeId: crid,
        netRevenue: true,
        ttl: 60,
        meta: { advertiserDomains: adomain, uid2: ext?.uid2 },
      })),
    ),
}

const impOf = ({ bidId, adUnitCode, sizes = [] }: BidAsked) => ({
  id: bidId,
  tagid: adUnitCode,
  banner: { format: sizes.map(([w, h]) => ({ w, h })) },
})

/** Every bid of an auction has the same ones. */
function eidsOf([bid]: readonly BidAsked[]) {
  const eids = bid?.userIdAsEids
  return eids?.length ? { user: { eids } } : {}
}

interface Answer {
  seatbid: Array<{
    bid: Array<{
      impid: string
      price: number
      adm: string
      w: number
      h: number
      crid: string
      adomain: string[]
      ext?: { uid2?: unknown }
    }>
  }>
}
