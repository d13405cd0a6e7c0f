import 'server-only'
import { consentStore } from '../consent/durable'
import { diiHashesOf } from '../consent/store'
import { env } from '../env/env'
import type { ConsentSignals } from '../identity/public-identity'
import type { Choice, RequestLike } from '../identity/types'
import type { IdentityUpdate } from '../identity/update'
import { checkSignals } from '../policies/signals'
import { identity } from './identity'
import { limitReader } from './reader-limits'

export type ChoiceOutcome =
  | { status: 'done'; update: IdentityUpdate }
  | { status: 'signed_out' }
  /** The database cannot store the text or signals of a consent, so nothing was recorded. */
  | { status: 'rejected' }
  /** A consent was not recorded. A denial was, and `update` is its result. */
  | { status: 'rate_limited'; seconds: number; update?: IdentityUpdate }

/** Records a reader's choice and applies it, within the rate limits. Used by the form and the API. */
export async function applyChoice(
  request: RequestLike,
  { advertising, ...choice }: Choice,
): Promise<ChoiceOutcome> {
  const seconds = await limitReader(request)
  if (advertising === 'granted') {
    if (seconds !== null) return { status: 'rate_limited', seconds }
    return identity().grant(request, choice)
  }
  // Record a denial even when rate-limited, but not again for each request of a flood.
  const record = seconds === null || !(await identity().readReader(request)).consent?.siteOptOut
  const chosen = await identity().deny(request, choice, { record })
  if (chosen.status !== 'done' || seconds === null) return chosen
  return { status: 'rate_limited', seconds, update: chosen.update }
}

/**
 * Records the current signals of the browser's consent platform. They may be a withdrawal: while they cannot
 * be recorded no token is given out, and the result is the response. Null: recorded, or nothing to record. A
 * withdrawal is recorded even when rate-limited.
 */
export async function recordSignals(
  request: RequestLike,
  signals: ConsentSignals,
  { rateLimited }: { rateLimited: boolean },
): Promise<IdentityUpdate | null> {
  if (rateLimited && checkSignals(env().product, signals) === null) return null
  const { subject, consent } = await identity().readReader(request)
  if (!subject || (consent && JSON.stringify(consent.signals) === JSON.stringify(signals))) return null
  return consentStore.recordSignals(subject, signals).then(
    () => null,
    () => ({
      identity: { status: 'unavailable', reason: 'store', now: Date.now() },
      cookie: 'keep',
      background: undefined,
    }),
  )
}

export type EraseOutcome = 'done' | 'signed_out' | 'rate_limited' | 'store_down'

/** Erases a reader's records at their request. With the store down nothing changes. */
export async function eraseReaderRecords(request: RequestLike): Promise<EraseOutcome> {
  const { reader, subject } = await identity().readReader(request)
  if (!reader) return 'signed_out'
  if ((await limitReader(request)) !== null) return 'rate_limited'
  if (!subject) return 'done'
  return consentStore.forget(diiHashesOf(subject)).then(
    () => 'done',
    () => 'store_down',
  )
}
