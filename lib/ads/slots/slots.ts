import type { BidToken } from '../prebid/prebid-token'
import type { TokenStore } from '../token-store/transitions'
import type { Auctioneer, Winner } from './auctioneer'
import type { Exposures } from './exposures'
import type { View } from './in-view'

export interface Slot {
  /** The ad unit code. */
  id: string
  sizes: ReadonlyArray<readonly [number, number]>
  place(): HTMLElement | null
  shown(winner: Winner): void
  emptied(): void
}

export interface Slots {
  /** Returns what takes the slot off the page again. */
  mount(slot: Slot): () => void
  /** Called after each auction, also a failed one. */
  subscribe(listener: () => void): () => void
}

export interface SlotsEnvironment {
  tokenStore: Pick<
    TokenStore,
    'currentToken' | 'getSnapshot' | 'settled' | 'afterAuction' | 'subscribe' | 'on'
  >
  auctioneer: Auctioneer
  exposures: Exposures
  view: View
  identityTimeoutMs: number
  /** A slot is sold once it is within so many screens of being seen. */
  lazyScreens: number
  /** A slot is sold anew after so long in view; null: never. */
  refreshAfterMs: number | null
  nextFrame(run: () => void): void
  setTimeout(run: () => void, ms: number): unknown
}

/** What buyers accept: https://support.google.com/admanager/answer/6286179 */
const SHORTEST_REFRESH_MS = 30_000

interface Mounted {
  slot: Slot
  /** Increases whenever a running auction becomes useless for this slot. */
  turn: number
  /** The ad shown was bought with a token, or one still may be: Google's tag fills a slot at any time. */
  withToken: boolean
  /** Ends the watching for when the slot is to be sold. */
  unwatch(): void
}

/** A slot that is to be sold, unless its turn has passed by then. */
interface Queued {
  entry: Mounted
  turn: number
}

/** One auction for all slots that are to be sold in the same frame, with the identity if it comes in time. */
export function createSlots(env: SlotsEnvironment): Slots {
  const mounted = new Set<Mounted>()
  const listeners = new Set<() => void>()
  let batch: Queued[] = []
  /** How often a token has been cleared. */
  let clearings = 0

  function enqueue(entry: Mounted): void {
    if (batch.push({ entry, turn: entry.turn }) > 1) return
    env.nextFrame(() => {
      const queued = batch
      batch = []
      void run(queued)
    })
  }

  /** Takes the ad off the page and sells the slot anew. */
  function resell(entry: Mounted): void {
    entry.unwatch()
    entry.withToken = false
    entry.turn += 1
    env.auctioneer.release(entry.slot.id)
    entry.slot.emptied()
    enqueue(entry)
  }

  async function run(queued: Queued[]): Promise<void> {
    await Promise.race([env.tokenStore.settled(), after(env.identityTimeoutMs)])
    const isOn = ({ entry, turn }: Queued) => entry.turn === turn
    const live = queued.filter(isOn)
    if (live.length === 0) return
    const before = clearings
    try {
      env.auctioneer.applyToken(tokenOf(env.tokenStore)).catch(() => {})
      env.exposures.auction(live.map(({ entry }) => entry.slot.id))
      const { winners, withToken } = await env.auctioneer.auction(
        live.map(({ entry: { slot } }) => ({ code: slot.id, sizes: slot.sizes, place: slot.place })),
      )
      for (const { entry } of live.filter(isOn)) {
        // Only now it is known whether the auction had a token. If that was cleared meanwhile, its ads are not shown.
        if (withToken && clearings > before) resell(entry)
        else show(entry, winners.get(entry.slot.id), withToken)
      }
    } catch {
      // No ad stack (blocked, offline): the slots stay as they are, and are sold again when due.
      for (const { entry } of live.filter(isOn)) {
        const place = entry.slot.place()
        if (place) sellAgain(entry, place)
      }
    }
    env.tokenStore.afterAuction()
    for (const notify of listeners) notify()
  }

  function show(entry: Mounted, winner: Winner | undefined, withToken: boolean): void {
    const place = entry.slot.place()
    if (place === null) return
    if (winner !== undefined) {
      entry.withToken = withToken
      winner.show(place)
      entry.slot.shown(winner)
      env.exposures.impression(entry.slot.id, winner)
    } else if (withToken) entry.withToken = true
    sellAgain(entry, place)
  }

  function sellAgain(entry: Mounted, place: HTMLElement): void {
    if (env.refreshAfterMs === null) return
    const wait = Math.max(env.refreshAfterMs, SHORTEST_REFRESH_MS)
    // The ad stays until the next one is there.
    entry.unwatch = env.view.whenSeen(place, wait, () => enqueue(entry))
  }

  function after(ms: number): Promise<void> {
    return new Promise((resolve) => env.setTimeout(resolve, ms))
  }

  env.tokenStore.subscribe(() => {
    void env.auctioneer.applyToken(tokenOf(env.tokenStore)).catch(() => {})
  })

  // An ad bought with a token is removed when the token is cleared, also if it is not shown yet.
  env.tokenStore.on('cleared', () => {
    clearings += 1
    for (const entry of mounted) if (entry.withToken) resell(entry)
  })

  return {
    mount(slot) {
      const entry: Mounted = { slot, turn: 0, withToken: false, unwatch() {} }
      mounted.add(entry)
      const place = slot.place()
      if (place) entry.unwatch = env.view.whenNear(place, env.lazyScreens, () => enqueue(entry))
      return () => {
        mounted.delete(entry)
        entry.turn += 1
        entry.unwatch()
        env.auctioneer.release(slot.id)
        slot.emptied()
      }
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The token, with the identity that Prebid refreshes (client hand-off) and the consent that belongs to it. */
function tokenOf(tokenStore: Pick<TokenStore, 'currentToken' | 'getSnapshot'>): BidToken | null {
  const token = tokenStore.currentToken()
  const state = tokenStore.getSnapshot()
  if (token === null || state.status !== 'available') return token
  const { identity, consent } = state
  return { ...token, ...(identity && { identity }), ...(consent && { consent }) }
}
