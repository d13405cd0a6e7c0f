import 'server-only'
import { type Env, env } from '../env/server'
import { logEvent } from '../observe/log'
import { perProcess } from '../shared/per-process'
import { createUid2Client, explainUnauthorized, type Uid2Client, type Uid2Error } from '../uid2/index'

interface HeldClient {
  /** The configuration of the client: another one gets a client of its own. */
  of: Env['operator'] | null
  client: Uid2Client | null
}

/**
 * One client per process: it imports its key once, and remembers the clock skew that the last answer told. Next has
 * several instances of this module, so the errors of the client may be of another instance's class: recognise them by
 * `Uid2Error.is`.
 */
export function operatorClient(): Uid2Client {
  const held = perProcess<HeldClient>('operator-client', () => ({ of: null, client: null }))
  const { operator, product } = env()
  if (held.client === null || held.of !== operator) {
    held.of = operator
    // No retries: the reader's next request is one, after the while that `operator-calls.ts` prescribes.
    held.client = createUid2Client({ ...operator, product, retries: 0, onClockSkew: recordClockSkew })
  }
  return held.client
}

/** How long it is remembered why the operator refuses our key, ms: one more call in this time, not one for each. */
const reasonMs = 60_000

interface HeldReason {
  until: number
  reason: Promise<Uid2Error['reason']>
}

/** Why the operator refuses our key. */
export function explainRejectedKey(): Promise<Uid2Error['reason']> {
  const held = perProcess<HeldReason>('refused-key', () => ({ until: 0, reason: Promise.resolve(undefined) }))
  const now = performance.now()
  if (now >= held.until) {
    held.until = now + reasonMs
    held.reason = explainUnauthorized(operatorClient())
  }
  return held.reason
}

/** From here on a skew is logged, and logged again when it has changed by so much, ms. */
const notableSkewMs = 10_000

/** Every sealed answer tells it. The last line of the log is the current skew, also once the clock is right again. */
function recordClockSkew(clockSkewMs: number): void {
  const logged = perProcess('clock-skew', () => ({ ms: 0 }))
  if (Math.abs(clockSkewMs - logged.ms) < notableSkewMs) return
  logged.ms = clockSkewMs
  logEvent(Math.abs(clockSkewMs) < notableSkewMs ? 'info' : 'warn', 'clock_skew', { clockSkewMs })
}
