import pbjs from 'prebid.js'
import 'prebid.js/modules/userId'
import 'prebid.js/modules/uid2IdSystem'
import 'prebid.js/modules/prebidServerBidAdapter'
import { createPrebidToken } from '@/lib/ads/prebid/prebid-token'
import { createTokenStore } from '@/lib/ads/token-store/token-store'
import type { PublicIdentity } from '@/lib/identity/public-identity'

/*
 * Only the browser may import this file, because Prebid uses `window` as it loads: see ad.tsx.
 * What the site does besides (docs/channels.md): it clears the token of all tabs before a sign-out is sent, follows the
 * page's consent platform, and serves Google's tag and any number of slots.
 */

/** Holds the token of this page: renews it, and drops it when it expires or another tab has signed out. */
const tokens = createTokenStore()
const prebidToken = createPrebidToken()

function applyToken(): Promise<void> {
  prebidToken.set(tokens.currentToken())
  return prebidToken.apply(pbjs)
}

let isSetUp = false

function setUp(prebidServer: string): void {
  if (isSetUp) return
  isSetUp = true
  pbjs.setConfig({
    userSync: { syncEnabled: false },
    // Your Prebid Server, and its bidders that you have an account with.
    s2sConfig: {
      accountId: '1',
      adapter: 'prebidServer',
      bidders: ['sandbox'],
      enabled: true,
      endpoint: prebidServer,
      syncEndpoint: '', // No cookie matching.
    },
  })
  pbjs.processQueue()
  // Prebid keeps no token that has ended, also between auctions.
  tokens.subscribe(() => void applyToken())
}

/** Sells the slot, with the token of this moment if there is one. Returns the status of the token, and the winner. */
export async function holdAuction(identity: PublicIdentity | undefined, prebidServer: string) {
  setUp(prebidServer)
  tokens.start(identity)
  await tokens.settled()
  await applyToken()
  const slot = {
    code: 'ad',
    mediaTypes: { banner: { sizes: [[300, 250]] as [number, number][] } },
    bids: [{ bidder: 'sandbox', params: {} }],
  }
  const { auctionId } = await pbjs.requestBids({ adUnits: [slot], timeout: 1000 })
  const bid = pbjs.getHighestCpmBids(slot.code).find((bid) => bid.auctionId === auctionId)
  const markup = bid && 'ad' in bid && typeof bid.ad === 'string' ? bid.ad : ''
  return { status: tokens.getSnapshot().status, markup }
}
