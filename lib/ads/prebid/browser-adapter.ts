/** What Prebid tells a bidder of one ad unit. https://docs.prebid.org/dev-docs/bidder-adaptor.html */
export interface BidAsked {
  bidId: string
  adUnitCode: string
  sizes?: ReadonlyArray<readonly [number, number]>
  userIdAsEids?: unknown[]
}

interface BidderAsked {
  auctionId?: string
  timeout?: number
  refererInfo?: { page?: string | null }
  /** First-party data, consent signals among them. */
  ortb2?: { regs?: object; user?: { consent?: string; ext?: { consent?: string } } }
}

export interface BidGiven {
  requestId: string
  cpm: number
  currency: string
  ad: string
  width?: number
  height?: number
  creativeId: string
  netRevenue: boolean
  /** Seconds. */
  ttl: number
  meta: { advertiserDomains: string[] } & Record<string, unknown>
}

/** A bidder that the browser calls, as `pbjs.registerBidAdapter` takes it. */
export interface BrowserAdapter {
  code: string
  isBidRequestValid(bid: unknown): boolean
  buildRequests(bids: readonly BidAsked[], asked: BidderAsked): BidderCall | readonly BidderCall[]
  interpretResponse(answer: { body: unknown }): BidGiven[]
}

interface BidderCall {
  method: 'POST'
  url: string
  data: string
  options?: { withCredentials?: boolean; contentType?: string }
}
