import type { Auctioneer, Winner } from './auctioneer.ts'
import type { Uid2Handoff } from './handoff.ts'

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
  /** Whether the ad shown, or asked for, was bought with a token. */
  withToken: boolean
}

/** One auction for all slots that appear in the same frame, with the identity if it comes in time. */
export function createSlots(env: SlotsEnvironment): Slots {
  const mounted = new Set<Mounted>()
  let batch: Mounted[] = []

  function enqueue(entry: Mounted): void {
    if (batch.push(entry) > 1) return
    env.nextFrame(() => {
      const slots = batch
      batch = []
      void run(slots)
    })
  }

  async function run(entries: Mounted[]): Promise<void> {
    await Promise.race([env.handoff.settled(), after(env.identityTimeoutMs)])
    const live = entries
      .filter((entry) => mounted.has(entry))
      .map((entry) => ({ entry, slot: entry.slot, turn: entry.turn }))
    if (live.length === 0) return
    const token = env.handoff.currentToken()
    for (const { entry } of live) entry.withToken = token !== null
    try {
      void env.auctioneer.applyToken(token)
      const winners = await env.auctioneer.auction(
        live.map(({ slot: { id, sizes } }) => ({ code: id, sizes })),
      )
      for (const { entry, slot, turn } of live) {
        const winner = winners.get(slot.id)
        if (winner === undefined || entry.turn !== turn) continue
        slot.show(winner)
        env.auctioneer.rendered(winner)
      }
    } catch {
      // No ad stack (blocked, offline): the slots stay quiet.
    }
    env.handoff.afterAuction()
  }

  function after(ms: number): Promise<void> {
    return new Promise((resolve) => env.setTimeout(resolve, ms))
  }

  env.handoff.subscribe(() => {
    void env.auctioneer.applyToken(env.handoff.currentToken()).catch(() => {})
  })

  // An ad bought with somebody's token goes with the token, also when it is still on its way.
  env.handoff.on('cleared', () => {
    for (const entry of mounted) {
      if (!entry.withToken) continue
      entry.withToken = false
      entry.turn += 1
      entry.slot.empty()
      enqueue(entry)
    }
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
