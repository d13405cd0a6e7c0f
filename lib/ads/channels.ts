/**
 * The one file to edit for your own ad stack: who may bid, and what they need to know of a slot. The
 * Prebid Server itself is a setting of the deployment (PREBID_SERVER_URL), which `/api/site` tells.
 */
export const channels = {
  bidders: ['sandbox'],
  /** What each bidder needs to know of an ad unit; the sandbox exchange needs nothing. */
  bidderParams: (_bidder: string, _slot: string): Record<string, unknown> => ({}),
  /**
   * Bidders that may bid where GDPR applies although they are no vendors of IAB Europe's list, so that no reader can
   * consent to them. The sandbox exchange is none; with real bidders this is a question for your lawyer.
   */
  vendorExceptions: ['sandbox'],
  auctionTimeoutMs: 1_000,
  /** How long the first auction may wait for the page's consent platform. Without an answer GDPR counts as refused. */
  consentTimeoutMs: 1_000,
  /** How long the first auction may wait for the identity before it goes out without one. */
  identityTimeoutMs: 1_000,
} as const
