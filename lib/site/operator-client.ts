import 'server-only'
import { type Env, env } from '../env/env'
import { logEvent } from '../observe/log'
import { processWide } from '../shared/process-wide'
import { createUid2Client, explainUnauthorized, type Uid2Client, type Uid2Error } from '../uid2/index'

interface CachedClient {
  /** The client's settings. Other settings need a new client. */
  settings: Env['operator'] | null
  client: Uid2Client | null
}

/**
 * One client per process: it imports its key once, and remembers the clock skew of the last response. Next
 * loads this module several times, so an error of the client may belong to another instance's class: use
 * `Uid2Error.is` to recognise it.
 */
export function operatorClient(): Uid2Client {
  const cached = processWide<CachedClient>('operator-client', () => ({ settings: null, client: null }))
  const { operator, product } = env()
  if (cached.client === null || cached.settings !== operator) {
    cached.settings = operator
    // No retries: the reader's next request is one, after the pause that `operator-calls.ts` sets.
    cached.client = createUid2Client({ ...operator, product, retries: 0, onClockSkew: recordClockSkew })
  }
  return cached.client
}

/**
 * How long the reason for a rejected key is cached, ms: one extra call in this time, not one for each
 * failure.
 */
const reasonMs = 60_000

interface CachedReason {
  until: number
  reason: Promise<Uid2Error['reason']>
}

/** Asks why the operator rejects our key. */
export function explainRejectedKey(): Promise<Uid2Error['reason']> {
  const cached = processWide<CachedReason>('refused-key', () => ({
    until: 0,
    reason: Promise.resolve(undefined),
  }))
  const now = performance.now()
  if (now >= cached.until) {
    cached.until = now + reasonMs
    cached.reason = explainUnauthorized(operatorClient())
  }
  return cached.reason
}

/** A skew is logged from this size on, and again when it has changed by as much, ms. */
const notableSkewMs = 10_000

/**
 * Every encrypted response contains the operator's time. The log's last line is the current skew, also when
 * the clock is correct again.
 */
function recordClockSkew(clockSkewMs: number): void {
  const logged = processWide('clock-skew', () => ({ ms: 0 }))
  if (Math.abs(clockSkewMs - logged.ms) < notableSkewMs) return
  logged.ms = clockSkewMs
  logEvent(Math.abs(clockSkewMs) < notableSkewMs ? 'info' : 'warn', 'clock_skew', { clockSkewMs })
}
