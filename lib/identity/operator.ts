import 'server-only'
import { type Env, env } from '../env/server.ts'
import { health, type OperatorReason } from '../observe/health.ts'
import { logEvent } from '../observe/log.ts'
import { singleton } from '../shared/singleton.ts'
import {
  createUid2Client,
  explainUnauthorized,
  type Uid2Client,
  Uid2Error,
  type Uid2ErrorCode,
} from '../uid2/index.ts'

/**
 * One client per process: it imports its key once, and remembers the clock skew that the last answer told. Next has
 * several instances of this module, so the errors of the client may be of another instance's class: recognise them by
 * `Uid2Error.is`.
 */
export function operatorClient(): Uid2Client {
  const held = singleton('operator-client', () => ({ of: null, client: null }) as HeldClient)
  const { operator, product } = env()
  if (held.client === null || held.of !== operator) {
    held.of = operator
    // No retries: the reader's next request is one, after the rest that `flights.ts` prescribes.
    held.client = createUid2Client({ ...operator, product, retries: 0, onClockSkew: recordClockSkew })
  }
  return held.client
}

interface HeldClient {
  /** The configuration of the client: another one gets a client of its own. */
  of: Env['operator'] | null
  client: Uid2Client | null
}

/** A `fetch` that tells when the request is on its way. */
export const announcing =
  (sent: () => void): typeof fetch =>
  (url, init) => {
    const answer = fetch(url, init)
    sent()
    return answer
  }

/** What only we can mend has a code of its own; the others are faults of the operator, or of the way to it. */
const ours: ReadonlySet<Uid2ErrorCode> = new Set([
  'unauthorized',
  'client_error',
  'clock_skew',
  'redirected',
  'wrong_product',
])

/**
 * One call to the operator; null when it could not answer. Nothing about the operator is ever an error
 * of a page: faults are logged by code, and those that only we can mend are logged as ours.
 *
 * @param explain asked why, when the operator refuses the key without a reason
 */
export async function callOperator<T>(
  call: () => Promise<T>,
  explain: () => Promise<Uid2Error['reason']> = async () => undefined,
): Promise<T | null> {
  const begun = performance.now()
  try {
    const outcome = await call()
    recordHealth('ok')
    return outcome
  } catch (error) {
    const ms = Math.round(performance.now() - begun)
    if (!Uid2Error.is(error)) {
      // A fault of ours or of the input, which tells nothing of the operator.
      logEvent('warn', 'operator_call', { code: 'unexpected', ms })
      return null
    }
    const { code, httpStatus, clockSkewMs } = error
    const told = error.reason ?? (code === 'unauthorized' ? await explain() : undefined)
    const reason = told ?? code
    recordHealth('failing', reason)
    const isOurs = ours.has(code)
    logEvent(isOurs ? 'error' : 'warn', isOurs ? 'operator_misconfigured' : 'operator_call', {
      code: reason,
      ...(httpStatus !== undefined && { httpStatus }),
      ...(clockSkewMs !== undefined && { clockSkewMs }),
      ms,
    })
    return null
  }
}

function recordHealth(operator: 'ok' | 'failing', reason?: OperatorReason): void {
  health().operator = operator
  health().operatorReason = reason
}

/** How long it is remembered why the operator refuses our key, ms: one more call in this time, not one for each. */
const reasonMs = 60_000

/** Why the operator refuses our key. */
export function explainRefusedKey(): Promise<Uid2Error['reason']> {
  const held = singleton('refused-key', () => ({ until: 0, reason: Promise.resolve() }) as HeldReason)
  const now = performance.now()
  if (now >= held.until) {
    held.until = now + reasonMs
    held.reason = explainUnauthorized(operatorClient())
  }
  return held.reason
}

interface HeldReason {
  until: number
  reason: Promise<Uid2Error['reason']>
}

/** From here on a skew is said, and said again when it has changed by so much, ms. */
const notableSkewMs = 10_000

/** Told by every sealed answer. The last line of the log is how it stands, also once the clock is right again. */
function recordClockSkew(clockSkewMs: number): void {
  const said = singleton('clock-skew', () => ({ ms: 0 }))
  if (Math.abs(clockSkewMs - said.ms) < notableSkewMs) return
  said.ms = clockSkewMs
  logEvent(Math.abs(clockSkewMs) < notableSkewMs ? 'info' : 'warn', 'clock_skew', { clockSkewMs })
}
