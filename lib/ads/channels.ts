/**
 * The one file to edit for your own ad stack: who may bid, and what they need to know of a slot. The
 * Prebid Server itself is a setting of the deployment (PREBID_SERVER_URL), which `/api/site` tells.
 */
export const channels = {
  bidders: ['sandbox'],
  /** What each bidder needs to know of an ad unit; the sandbox exchange needs nothing. */
  bidderParams: (_bidder: string, _slot: string): Record<string, unknown> => ({}),
  auctionTimeoutMs: 1_000,
  /** How long the first auction may wait for the identity before it goes out without one. */
  identityTimeoutMs: 1_000,
} as const
