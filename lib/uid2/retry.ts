import { type Deadline, pause } from './deadline'
import { Uid2Error, type Uid2ErrorCode } from './errors'

/**
 * Failures that another attempt may fix at once. Others repeat (a wrong key), need a person (a clock), or are
 * not the operator's response (a captive portal). Retries are safe, because no call uses anything up: an
 * earlier token stays valid, and an opt-out is reported again.
 */
const RETRYABLE: ReadonlySet<Uid2ErrorCode> = new Set(['network', 'rate_limited', 'server_error'])

const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 2000

/**
 * Runs `attempt`, and up to `retries` times again after a retryable failure: while the deadline leaves time,
 * after a random pause whose maximum doubles, and never before the operator's `Retry-After`.
 *
 * @param random between 0 and 1
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  retries: number,
  { stop, remaining }: Deadline,
  random: () => number,
): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (tried >= retries || !(error instanceof Uid2Error) || !RETRYABLE.has(error.code)) throw error
      const maxMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tried)
      const pauseMs = Math.max(error.retryAfterMs ?? 0, random() * maxMs)
      if (pauseMs >= remaining()) throw error
      await pause(pauseMs, stop)
      if (stop.aborted) throw error
    }
  }
}
