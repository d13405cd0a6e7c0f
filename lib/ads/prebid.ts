import type { PrebidJS } from 'prebid.js'
import type { AdUnit, Auctioneer, Winner } from './auctioneer.ts'
import { channels } from './channels.ts'
import type { UsableToken } from './handoff-state.ts'

/** Prebid's own waiting for identifiers: ours is in place before the auction begins. */
const AUCTION_DELAY_MS = 50

export function createPrebidAuctioneer(load: () => Promise<PrebidJS>): Auctioneer {
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

  async function apply(pbjs: PrebidJS): Promise<void> {
    const token = wanted
    if (token?.id === applied?.id && token?.source === applied?.source) return
    const before = applied
    applied = token
    if (token === null) pbjs.clearAllAuctions()
    else tokens += 1
    pbjs.setConfig({ userSync: userSyncOf(token, before) })
    // A second `setConfig` is ignored until this.
    await pbjs.refreshUserIds()
  }

  return {
    applyToken(token) {
      wanted = token
      // Nothing holds a token before the first auction loads Prebid.
      const loading = loaded
      return loading === null ? Promise.resolve() : enqueue(async () => apply(await loading))
    },
    async auction(units) {
      loaded ??= load().catch((error: unknown) => {
        // The next auction tries again.
        loaded = null
        throw error
      })
      const pbjs = await loaded
      await enqueue(() => apply(pbjs))
      const before = { applied, tokens }
      const { auctionId } = await pbjs.requestBids({
        adUnits: units.map(toPrebid),
        timeout: channels.auctionTimeoutMs,
      })
      const winners = new Map<string, Winner>()
      for (const { code } of units) {
        const bid = pbjs.getHighestCpmBids(code).find((bid) => bid.auctionId === auctionId)
        if (bid && 'ad' in bid && typeof bid.ad === 'string') winners.set(code, winnerOf(bid, bid.ad))
      }
      // Prebid looks for identifiers some time after the call.
      return { winners, withToken: before.applied !== null || tokens > before.tokens }
    },
    rendered(winner) {
      void loaded?.then((pbjs) => pbjs.markWinningBidAsUsed({ adId: winner.adId, events: true }))
    },
  }
}

/** An empty list would keep the old token; an empty value is what removes it. */
function userSyncOf(token: UsableToken | null, before: UsableToken | null) {
  const name = nameOf(token ?? before)
  const value = token === null ? {} : { [name]: { id: token.id } }
  return { syncEnabled: false, auctionDelay: AUCTION_DELAY_MS, userIds: [{ name, value }] }
}

function nameOf(token: UsableToken | null): 'uid2' | 'euid' {
  return token?.source === 'euid.eu' ? 'euid' : 'uid2'
}

/** Ad units are given per call: kept ones would pile up with every soft navigation. */
function toPrebid(unit: AdUnit) {
  return {
    code: unit.code,
    mediaTypes: { banner: { sizes: unit.sizes.map(([w, h]): [number, number] => [w, h]) } },
    bids: channels.bidders.map((bidder) => ({
      bidder,
      params: channels.bidderParams(bidder, unit.code),
    })),
  }
}

type PrebidBid = ReturnType<PrebidJS['getHighestCpmBids']>[number]

/** Of a server-side bid's `ext`, Prebid keeps only `ext.prebid.meta`, as `meta`. */
function winnerOf(bid: PrebidBid, markup: string): Winner {
  const uid2 = bid.meta?.uid2
  const token = typeof uid2 === 'object' && uid2 !== null && 'token' in uid2 ? uid2.token : null
  return {
    adId: bid.adId,
    markup,
    width: bid.width,
    height: bid.height,
    token: typeof token === 'string' ? token : null,
  }
}
