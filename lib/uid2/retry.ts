import { type Deadline, pause } from './deadline'
import { Uid2Error, type Uid2ErrorCode } from './errors'

/**
 * What another attempt may mend at once. The other faults come back the same (a wrong key), need a person
 * (a clock), or are not the operator's own words (a captive portal). Attempts are safe, because no call of
 * the protocol uses anything up: an earlier token stays valid, and an opt-out is told again.
 */
const MENDABLE: ReadonlySet<Uid2ErrorCode> = new Set(['network', 'rate_limited', 'server_error'])

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 2000

/**
 * Runs `attempt` again, up to `retries` times, after what another attempt may mend: as long as the deadline
 * leaves room, after a random pause that doubles at most, and never earlier than the operator asked for.
 *
 * @param random between 0 and 1
 */
export async function retrying<T>(
  attempt: () => Promise<T>,
  retries: number,
  { stop, remaining }: Deadline,
  random: () => number,
): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (tried >= retries || !(error instanceof Uid2Error) || !MENDABLE.has(error.code)) throw error
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tried)
      const pauseMs = Math.max(error.retryAfterMs ?? 0, random() * longest)
      if (pauseMs >= remaining()) throw error
      await pause(pauseMs, stop)
      if (stop.aborted) throw error
    }
  }
}
