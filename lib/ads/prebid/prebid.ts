import type { PrebidJS } from 'prebid.js'
import { adConfig, type Bidder } from '../ad-config'
import type { ConsentWindow } from '../consent/consent-platform'
import { fillMacros } from '../openrtb-macros'
import type { AdUnit, Auctioneer, Sale, Winner } from '../slots/auctioneer'
import { renderCreative } from '../slots/render'
import type { UsableToken } from '../token-store/transitions'
import { firstPartyConsent } from './first-party-consent'
import type { PrebidRefresh } from './prebid-refresh'

/** Prebid's own waiting for identifiers: ours is in place before the auction begins. */
const AUCTION_DELAY_MS = 50

export interface HeaderBidding extends Auctioneer {
  /** Tells Google's tag what was bid for these ad units. */
  target(codes: string[]): Promise<void>
}

export interface PrebidOptions {
  load(): Promise<PrebidJS>
  bidders: readonly Bidder[]
  /** Client hand-off with Prebid as what refreshes. */
  refresh?: PrebidRefresh | undefined
  /** Where Prebid is who gives secure signals: its setting, and what to do once it has a token. */
  signals?: { userSync: object; register(pbjs: PrebidJS): void } | undefined
}

export function createPrebidAuctioneer({ load, bidders, refresh, signals }: PrebidOptions): HeaderBidding {
  let wanted: UsableToken | null = null
  let applied: UsableToken | null = null
  /** How many tokens have been applied so far. */
  let tokens = 0
  let loaded: Promise<PrebidJS> | null = null
  let tail: Promise<unknown> = Promise.resolve()

  /** One change at a time, so that an auction begins after the last one and never between two. */
  function enqueue(job: () => Promise<void>): Promise<void> {
    const done = tail.then(job)
    tail = done.catch(() => {})
    return done
  }

  /** A token that Prebid refreshed itself is nothing new to it. */
  const textOf = (token: UsableToken | null) =>
    (refresh && token?.identity?.advertising_token) ?? token?.id ?? null

  async function apply(pbjs: PrebidJS): Promise<void> {
    const token = wanted
    const before = applied
    // What else is known beside the token may be newer.
    applied = token
    if (textOf(token) === textOf(before) && token?.source === before?.source) return
    refresh?.stop()
    if (token === null) pbjs.clearAllAuctions()
    else tokens += 1
    const name = nameOf(token ?? before)
    const refreshing = refresh && token?.identity
    // An empty list would keep the old token; an empty value is what removes it.
    const userId = refreshing
      ? { name, params: refresh.params(name, refreshing) }
      : { name, value: token === null ? {} : { [name]: { id: token.id } } }
    pbjs.setConfig({
      userSync: {
        syncEnabled: false,
        auctionDelay: AUCTION_DELAY_MS,
        userIds: [userId],
        ...signals?.userSync,
      },
    })
    // A second `setConfig` is ignored until this. With a refresh it would last until the operator has answered.
    const looked = pbjs.refreshUserIds()
    if (refreshing) refresh.follow(pbjs, name, looked)
    else await looked
    if (token) signals?.register(pbjs)
  }

  async function auction(units: readonly AdUnit[]): Promise<Sale> {
    loaded ??= load().catch((error: unknown) => {
      // The next auction tries again.
      loaded = null
      throw error
    })
    const pbjs = await loaded
    await enqueue(() => apply(pbjs))
    const before = { applied, tokens }
    const { auctionId } = await pbjs.requestBids({
      adUnits: units.map((unit) => toPrebid(unit, bidders)),
      timeout: adConfig.auctionTimeoutMs,
      ortb2: firstPartyConsent(applied?.consent, globalThis as ConsentWindow),
    })
    const winners = new Map<string, Winner>()
    for (const { code, sizes } of units) {
      const bid = pbjs.getHighestCpmBids(code).find((bid) => bid.auctionId === auctionId)
      if (bid && 'ad' in bid && typeof bid.ad === 'string')
        winners.set(code, winnerOf(pbjs, bid, bid.ad, sizes))
    }
    // Prebid looks for identifiers some time after the call.
    return { winners, withToken: before.applied !== null || tokens > before.tokens }
  }

  return {
    applyToken(token) {
      wanted = token
      // Nothing holds a token before the first auction loads Prebid.
      const loading = loaded
      return loading === null ? Promise.resolve() : enqueue(async () => apply(await loading))
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

function nameOf(token: UsableToken | null): 'uid2' | 'euid' {
  return token?.source === 'euid.eu' ? 'euid' : 'uid2'
}

/** Ad units are given per call: kept ones would pile up with every soft navigation. */
function toPrebid(unit: AdUnit, bidders: readonly Bidder[]) {
  return {
    code: unit.code,
    mediaTypes: { banner: { sizes: unit.sizes.map(([w, h]): [number, number] => [w, h]) } },
    bids: bidders.map(({ code }) => ({ bidder: code, params: adConfig.bidderParams(code, unit.code) })),
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
