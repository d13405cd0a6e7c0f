import { POST_PACE_MS, retryDelay } from './handoff-state.ts'
import type { Method } from './identity-api.ts'

/** When the next POST may go out at the earliest. */
export function createPace() {
  let notBefore = 0
  let failures = 0

  return {
    get notBefore() {
      return notBefore
    },
    /** The network is back: what failed before says nothing. */
    lift(): void {
      notBefore = 0
    },
    /** An answer came, or failed to; `wants` and `unavailable` tell of the state that it left. */
    note(
      {
        method,
        failed,
        wants,
        unavailable,
      }: Record<'failed' | 'wants' | 'unavailable', boolean> & {
        method: Method
      },
      now: number,
    ): void {
      if (!wants && !failed) failures = 0
      if (method === 'POST') notBefore = now + POST_PACE_MS
      const tried = method === 'POST' || (unavailable && notBefore <= now)
      if (failed || (wants && tried)) {
        failures += 1
        notBefore = now + retryDelay(failures)
      }
    },
  }
}
