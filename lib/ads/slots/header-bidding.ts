import type { PrebidJS } from 'prebid.js'
import type { AdConfig, Bidder } from '../ad-setup'
import type { ConsentWindow } from '../consent/consent-platform'
import { fillMacros } from '../openrtb-macros'
import { firstPartyConsent } from '../prebid/first-party-consent'
import { createPrebidToken, type PrebidTokenOptions } from '../prebid/prebid-token'
import type { AdUnit, Auctioneer, Sale, Winner } from './auctioneer'
import { renderCreative } from './render'

export interface HeaderBidding extends Auctioneer {
  /** Tells Google's tag what was bid for these ad units. */
  target(codes: string[]): Promise<void>
}

export interface PrebidOptions {
  load(): Promise<PrebidJS>
  bidders: readonly Bidder[]
  auctionTimeoutMs: number
  bidderParams: AdConfig['bidderParams']
  /** Client hand-off with Prebid as what refreshes. */
  refresh?: PrebidTokenOptions['refresh']
  /** Where Prebid is who gives secure signals: its setting, and what to do once it has a token. */
  signals?: { userSync: object; register(pbjs: PrebidJS): void } | undefined
}

export function createPrebidAuctioneer(options: PrebidOptions): HeaderBidding {
  const { load, refresh, signals } = options
  const prebidToken = createPrebidToken<PrebidJS>({
    refresh,
    // No cookie matching has a part in this.
    userSync: { syncEnabled: false, ...signals?.userSync },
    onToken: signals?.register,
  })
  let loaded: Promise<PrebidJS> | null = null

  async function auction(units: readonly AdUnit[]): Promise<Sale> {
    loaded ??= load().catch((error: unknown) => {
      // The next auction tries again.
      loaded = null
      throw error
    })
    const pbjs = await loaded
    await prebidToken.apply(pbjs)
    const { applied, count } = prebidToken
    const { auctionId } = await pbjs.requestBids({
      adUnits: units.map((unit) => toPrebid(unit, options)),
      timeout: options.auctionTimeoutMs,
      ortb2: firstPartyConsent(prebidToken.applied?.consent, globalThis as ConsentWindow),
    })
    const winners = new Map<string, Winner>()
    for (const { code, sizes } of units) {
      const bid = pbjs.getHighestCpmBids(code).find((bid) => bid.auctionId === auctionId)
      if (bid && 'ad' in bid && typeof bid.ad === 'string')
        winners.set(code, winnerOf(pbjs, bid, bid.ad, sizes))
    }
    // Prebid looks for identifiers some time after the call.
    return { winners, withToken: applied !== null || prebidToken.count > count }
  }

  return {
    applyToken(token) {
      prebidToken.set(token)
      // Nothing holds a token before the first auction loads Prebid.
      return loaded === null ? Promise.resolve() : prebidToken.apply(loaded)
    },
    auction,
    // Ad units are given per call, so Prebid keeps nothing of a slot.
    release() {},
    async target(codes) {
      const pbjs = await loaded
      pbjs?.setTargetingForGPTAsync(codes)
    },
  }
}

/** Ad units are given per call: kept ones would pile up with every soft navigation. */
function toPrebid(unit: AdUnit, { bidders, bidderParams }: PrebidOptions) {
  return {
    code: unit.code,
    mediaTypes: { banner: { sizes: unit.sizes.map(([w, h]): [number, number] => [w, h]) } },
    bids: bidders.map(({ code }) => ({ bidder: code, params: bidderParams(code, unit.code) })),
  }
}

type PrebidBid = ReturnType<PrebidJS['getHighestCpmBids']>[number]

/** Of a server-side bid's `ext`, Prebid keeps only `ext.prebid.meta`, as `meta`. */
function winnerOf(pbjs: PrebidJS, bid: PrebidBid, ad: string, sizes: AdUnit['sizes']): Winner {
  const uid2 = bid.meta?.uid2
  const token = typeof uid2 === 'object' && uid2 !== null && 'token' in uid2 ? uid2.token : null
  const { adId, cpm } = bid
  // The bidder's own, before any conversion: what Prebid's own renderer puts there.
  const price = bid.originalCpm || cpm
  const markup = fillMacros(ad, { price, currency: bid.originalCurrency || bid.currency })
  const [[width, height] = [0, 0]] = sizes
  return {
    token: typeof token === 'string' ? token : null,
    cpm,
    show(place) {
      renderCreative(place, { markup, width: bid.width || width, height: bid.height || height })
      pbjs.markWinningBidAsUsed({ adId, events: true })
    },
  }
}
