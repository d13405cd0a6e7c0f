import type { Auctioneer, Winner } from './auctioneer.ts'
import type { Uid2Handoff } from './handoff-api.ts'

export interface Slot {
  /** The ad unit code. */
  id: string
  sizes: ReadonlyArray<readonly [number, number]>
  show(winner: Winner): void
  empty(): void
}

export interface Slots {
  /** Returns what takes the slot off the page again. */
  mount(slot: Slot): () => void
}

export interface SlotsEnvironment {
  handoff: Pick<Uid2Handoff, 'currentToken' | 'settled' | 'afterAuction' | 'subscribe' | 'on'>
  auctioneer: Auctioneer
  identityTimeoutMs: number
  nextFrame(run: () => void): void
  setTimeout(run: () => void, ms: number): unknown
}

interface Mounted {
  slot: Slot
  /** Rises with everything that makes an auction under way pointless for this slot. */
  turn: number
  /** Whether the ad shown was bought with a token. */
  withToken: boolean
}

/** One auction for all slots that appear in the same frame, with the identity if it comes in time. */
export function createSlots(env: SlotsEnvironment): Slots {
  const mounted = new Set<Mounted>()
  let batch: Mounted[] = []
  /** How often a token has been cleared. */
  let clearings = 0

  function enqueue(entry: Mounted): void {
    if (batch.push(entry) > 1) return
    env.nextFrame(() => {
      const slots = batch
      batch = []
      void run(slots)
    })
  }

  /** Takes the ad off the page and sells the slot anew. */
  function resell(entry: Mounted): void {
    entry.withToken = false
    entry.turn += 1
    entry.slot.empty()
    enqueue(entry)
  }

  async function run(entries: Mounted[]): Promise<void> {
    await Promise.race([env.handoff.settled(), after(env.identityTimeoutMs)])
    const live = entries
      .filter((entry) => mounted.has(entry))
      .map((entry) => ({ entry, slot: entry.slot, turn: entry.turn }))
    if (live.length === 0) return
    const before = clearings
    try {
      env.auctioneer.applyToken(env.handoff.currentToken()).catch(() => {})
      const { winners, withToken } = await env.auctioneer.auction(
        live.map(({ slot: { id, sizes } }) => ({ code: id, sizes })),
      )
      for (const { entry, slot, turn } of live) {
        if (entry.turn !== turn) continue
        // Which token the auction had is known only now: one that has been cleared meanwhile buys nothing.
        if (withToken && clearings > before) resell(entry)
        else show(entry, winners.get(slot.id), withToken)
      }
    } catch {
      // No ad stack (blocked, offline): the slots stay quiet.
    }
    env.handoff.afterAuction()
  }

  function show(entry: Mounted, winner: Winner | undefined, withToken: boolean): void {
    if (winner === undefined) return
    entry.withToken = withToken
    entry.slot.show(winner)
    env.auctioneer.rendered(winner)
  }

  function after(ms: number): Promise<void> {
    return new Promise((resolve) => env.setTimeout(resolve, ms))
  }

  env.handoff.subscribe(() => {
    void env.auctioneer.applyToken(env.handoff.currentToken()).catch(() => {})
  })

  // An ad bought with somebody's token goes with the token, also when it is still on its way.
  env.handoff.on('cleared', () => {
    clearings += 1
    for (const entry of mounted) if (entry.withToken) resell(entry)
  })

  return {
    mount(slot) {
      const entry: Mounted = { slot, turn: 0, withToken: false }
      mounted.add(entry)
      enqueue(entry)
      return () => {
        mounted.delete(entry)
        entry.turn += 1
        slot.empty()
      }
    },
  }
}
