import 'server-only'
import { setTimeout as pause } from 'node:timers/promises'
import { hasExpired, type Identity, isDueForRefresh, isRefreshable } from '../uid2'
import { loadContext, type RequestContext, readState, type Sources } from './context'
import type { CookieAction } from './cookie'
import type { CallResult, OperatorCalls } from './operator-calls'
import type { Bucket, PublicIdentity } from './public-identity'
import { consentToPassOn, type Resolved, resolveStatus } from './status'
import type { IdentityEvent, IdentityOptions, RequestLike, Subject } from './types'

/** What `createIdentity` makes of its options once. */
export interface Core
  extends Sources,
    Required<Pick<IdentityOptions, 'product' | 'policies' | 'refreshedBy' | 'now'>> {
  calls: OperatorCalls
  bucketOf(subject: Subject | null): Bucket | null
  emit(event: IdentityEvent): void
}

/** How far one surface may go beyond reading. */
export interface UpdateLimits {
  /** The longest to wait for a refresh while the token is still valid, ms. */
  waitForDue: number
  /** The longest to wait for a refresh when there is no valid token, ms. */
  waitForExpired: number
  /** May call generate, and waits for it. */
  generate: boolean
  /** Refreshes though it is not due: the browser heard of an opt-out, and only the operator can confirm it. */
  recheck?: boolean
}

export interface IdentityUpdate {
  identity: PublicIdentity
  cookie: CookieAction
  /** A refresh that goes on after the response, for `waitUntil` or `after`. Never rejects. */
  background: Promise<unknown> | undefined
}

/**
 * Takes a request's identity as far as its surface may: takes over a refresh that has ended, begins one that is due,
 * waits and generates within the limits. The store is read again before anything is sealed, so an opt-out, a denial
 * or a sign-out that came meanwhile always wins.
 */
export async function updateIdentity(
  core: Core,
  request: RequestLike,
  limits: UpdateLimits,
): Promise<IdentityUpdate> {
  const context = await loadContext(core, request)
  const { reader, subject, invalidCookie } = context
  const before = resolve(core, context)
  if (!before.entitled || !reader || !subject) return refused(core, context, before)

  const refresh = await refreshIfDue(core, context.identity, subject, limits)
  const { background, unanswered } = refresh
  const generates = refresh.identity === null && limits.generate
  const identity = generates ? await generate(core, context) : refresh.identity
  const changed = identity !== context.identity || context.needsReseal
  if (!changed && !refresh.waited && !generates && !unanswered)
    return { identity: before.identity, cookie: invalidCookie ? 'clear' : 'keep', background }

  const latest = await readState(core.store, reader)
  const after = resolve(core, { ...context, ...latest, identity }, unanswered)
  const consentId = latest.consent?.consentId ?? null
  const result = (cookie: CookieAction) => ({ identity: after.identity, cookie, background })
  if (!identity || !latest.reader || consentId === null || !after.entitled)
    // The store may have gone down meanwhile: the next request may find the consent in force.
    return result(identity && latest.reader && after.keepCookie ? 'keep' : 'clear')
  if (consentId !== context.consent?.consentId)
    // Consent changed while waiting: discard the token of the earlier one.
    return { ...result('clear'), identity: { status: 'refreshing', now: core.now() } }
  const { sub, sid, sessionEnds } = reader
  return result(changed ? { set: { sub, sid, consentId, identity }, sessionEnds } : 'keep')
}

/** No token. A denial that the request itself carries is recorded here, where writing is allowed. */
async function refused(core: Core, context: RequestContext, resolved: Resolved): Promise<IdentityUpdate> {
  const { subject, consent, identity, invalidCookie } = context
  const denial = subject && consent && !consent.siteOptOut ? resolved.denial : null
  if (subject && denial) {
    const [{ status }] = await Promise.allSettled([core.store.recordChoice(subject, denial)])
    core.emit({ type: status === 'fulfilled' ? 'recorded' : 'not_recorded', what: 'denied' })
  }
  const clear = invalidCookie || (identity !== null && (denial !== null || !resolved.keepCookie))
  return { identity: resolved.identity, cookie: clear ? 'clear' : 'keep', background: undefined }
}

/** `unanswered`: the operator did not answer a recheck of this identity, so it is not returned. */
export function resolve(core: Core, context: RequestContext, unanswered = false): Resolved {
  const { policies, product, refreshedBy, calls } = core
  const { subject, identity } = context
  const generated =
    subject && calls.findGenerate(subject, consentToPassOn(policies, context)?.tcf)?.result?.status
  const refreshed = identity && calls.findRefresh(identity)?.result?.status
  return resolveStatus({
    context: unanswered ? { ...context, identity: null } : context,
    now: core.now(),
    product,
    policies,
    refreshedBy,
    operatorFailed: unanswered || generated === 'unavailable' || refreshed === 'unavailable',
    consentRefused: generated === 'insufficient_user_consent',
    bucket: core.bucketOf(subject),
  })
}

async function refreshIfDue(core: Core, sealed: Identity | null, subject: Subject, limits: UpdateLimits) {
  const identity = sealed && newer(sealed, core.calls.findRefresh(sealed)?.result)
  const none = { identity, waited: false, unanswered: false, background: undefined }
  const now = core.now()
  // The browser cannot refresh what it is not given.
  const byBrowser = core.refreshedBy === 'client' && core.bucketOf(subject) !== 'control'
  if (!identity || !needsRefresh(identity, now, { byBrowser, ...limits })) return none
  if (!isRefreshable(identity, now)) return { ...none, identity: null }
  const flight = core.calls.refresh(identity, subject)
  const waitMs = hasExpired(identity, now) ? limits.waitForExpired : limits.waitForDue
  const waited = waitMs > 0 && !flight.result
  if (waited) await settledWithin(flight.promise, waitMs)
  const { result } = flight
  return {
    /** The newest there is; null: it cannot be refreshed any more. */
    identity: newer(identity, result),
    /** The request waited, so the reader's state must be read again. */
    waited,
    unanswered: limits.recheck === true && (!result || result.status === 'unavailable'),
    background: result ? undefined : flight.promise,
  }
}

/**
 * Whether a request begins a refresh. Pure. Where the browser refreshes, the server does so only for a recheck, or when
 * a browser waits for it without a live token.
 */
export function needsRefresh(
  identity: Identity,
  now: number,
  how: Pick<UpdateLimits, 'waitForExpired' | 'recheck'> & { byBrowser: boolean },
): boolean {
  if (how.recheck) return true
  return how.byBrowser ? how.waitForExpired > 0 && hasExpired(identity, now) : isDueForRefresh(identity, now)
}

/** The identity that expires later. */
function newer(identity: Identity, result: CallResult | undefined): Identity | null {
  if (result === undefined || result.status === 'unavailable') return identity
  if (result.status !== 'success') return null
  return result.identity.identity_expires > identity.identity_expires ? result.identity : identity
}

async function generate({ calls, policies }: Core, context: RequestContext): Promise<Identity | null> {
  const { reader, subject } = context
  if (!reader || !subject || typeof reader.dii === 'string') return null
  const { kind, value } = reader.dii
  const dii = kind === 'email' ? { email: value } : { phone: value }
  const result = await calls.generate(subject, dii, consentToPassOn(policies, context)?.tcf).promise
  return result.status === 'success' ? result.identity : null
}

async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  const waited = new AbortController()
  const timeout = pause(ms, undefined, { signal: waited.signal }).catch(() => {})
  await Promise.race([promise, timeout])
  waited.abort()
}
