/**
 * The one file to edit for your own ad stack: who may bid, and through which Prebid Server. An
 * endpoint and account given by the server (`<AdStack prebidServer={…}>`) replace the sandbox's here.
 */
export const channels = {
  prebidServer: {
    /** Relative to the page's origin, or absolute. */
    endpoint: '/sandbox/exchange/openrtb2/auction',
    accountId: 'lantern',
    bidders: ['sandbox'],
  },
  /** What each bidder needs to know of an ad unit; the sandbox exchange needs nothing. */
  bidderParams: (_bidder: string, _slot: string): Record<string, unknown> => ({}),
  auctionTimeoutMs: 1_000,
  /** How long the first auction may wait for the identity before it goes out without one. */
  identityTimeoutMs: 1_000,
} as const

export interface PrebidServerConfig {
  endpoint: string
  accountId: string
}
