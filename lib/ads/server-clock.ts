import type { PublicIdentity } from '#lib/identity/public.ts'
import { trustInline } from './handoff-state.ts'

/** The server's clock, as far as its answers have told it: it says which of two payloads is the newer one. */
export function createServerClock() {
  /** What it showed at one moment of ours. */
  let known: { now: number; at: number } | null = null

  return {
    get now() {
      return known?.now ?? 0
    },
    note(now: number, at: number): void {
      known = { now, at }
    },
    /** No page that was rendered before this moment is believed; with an unknown clock, none is. */
    forget(at: number): number {
      known = { now: known ? known.now + (at - known.at) : Number.POSITIVE_INFINITY, at }
      return known.now
    },
    trust: (payload: PublicIdentity) => trustInline(payload, known),
    /** When a payload was made, at the latest: it may have been lying about. */
    madeAt: ({ now }: PublicIdentity, latest: number): number =>
      Math.min(latest, known ? known.at + (now - known.now) : latest),
  }
}
