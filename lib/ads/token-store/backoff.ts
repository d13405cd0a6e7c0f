/** Even POSTs that answer well are no closer: a server may hand out tokens that are due at once. */
const POST_PACE_MS = 1_000
const FIRST_RETRY_MS = 30_000
const LAST_RETRY_MS = 15 * 60_000

/** What became of a request. `wants`, `unavailable`: of the state that it left. */
type Outcome = Record<'posted' | 'failed' | 'wants' | 'unavailable', boolean>

/** When the next POST may go out at the earliest. */
export function createBackoff() {
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
    note({ posted, failed, wants, unavailable }: Outcome, now: number): void {
      if (!wants && !failed) failures = 0
      const tried = posted || (unavailable && notBefore <= now)
      if (posted) notBefore = now + POST_PACE_MS
      if (failed || (wants && tried)) {
        failures += 1
        notBefore = now + retryDelay(failures)
      }
    },
  }
}

/** What left things as they were is repeated after 30 s, then ever more rarely. */
export function retryDelay(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS)
}
