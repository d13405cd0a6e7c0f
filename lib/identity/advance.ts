import 'server-only'
import type { Standing } from '../choices/store.ts'
import { env } from '../env/server.ts'
import type { CookieReader } from '../shared/cookie-reader.ts'
import { hasExpired, type Identity, isDueForRefresh, isRefreshable } from '../uid2/index.ts'
import { identityCookieName } from './cookie.ts'
import { decide, isEntitled, keepsIdentity } from './decide.ts'
import { findGenerate, findRefresh, type Outcome, startGenerate, startRefresh } from './flights.ts'
import type { PublicIdentity } from './public.ts'
import { type KnownReader, knownReader, lookAgain } from './reader.ts'
import { type SealedIdentity, unseal } from './seal.ts'
import { isConsentString } from './signals.ts'

/** What a surface reads of a request. A page's `cookies()`/`headers()` and a `NextRequest` both fit. */
export interface Asking {
  cookies: CookieReader
  headers: { get(name: string): string | null }
}

/** What each surface may do beyond reading. */
export interface Policy {
  /** The longest to wait for a refresh while the token is still valid, ms. */
  waitForDue: number
  /** The longest to wait for a refresh when there is no valid token, ms. */
  waitForExpired: number
  /** May call generate, and waits for it. */
  generate: boolean
  /** Refresh though it is not due: somebody else heard of an opt-out, and only the operator can confirm. */
  recheck?: boolean
}

export interface Advanced {
  decision: PublicIdentity
  /** What the response must do with the identity cookie. */
  cookie: 'keep' | 'clear' | { identity: Identity; known: KnownReader }
  /** A refresh that goes on after the response; never rejects. */
  background: Promise<unknown> | undefined
}

/** A request's identity as it stands: who asks, what they decided, and what the cookie holds for them. */
export interface Situation {
  gpc: boolean
  known: KnownReader | null
  /** Only an identity that is bound to this reader and sign-in; anybody else's counts as none. */
  identity: Identity | null
  /** There is a cookie, but nothing in it that may be used: delete it. */
  stray: boolean
  /** Opened by a previous password: seal anew. */
  retired: boolean
}

export async function readSituation({ cookies, headers }: Asking): Promise<Situation> {
  const value = cookies.get(identityCookieName())?.value
  const [known, sealed] = await Promise.all([knownReader(cookies), value ? unseal(value) : null])
  const ours = sealed && known && isOf(known, sealed)
  return {
    gpc: env().gpcScope !== 'off' && headers.get('sec-gpc') === '1',
    known: withSignals(known, cookies),
    identity: ours ? sealed.identity : null,
    stray: value !== undefined && !ours,
    retired: Boolean(ours && sealed.retired),
  }
}

/** Sealed for this reader and this sign-in, and after their last no. */
const isOf = ({ reader, standing }: KnownReader, { sub, sid, lastDenial }: SealedIdentity): boolean =>
  sub === reader.sub &&
  sid === reader.sid &&
  (standing === 'store_down' || standing.lastDenial === lastDenial)

/** The consent string of a CMP's cookie is fresher than the one that was stored with the choice. */
function withSignals(known: KnownReader | null, cookies: CookieReader): KnownReader | null {
  const tcf = cookies.get('euconsent-v2')?.value
  if (!known || known.standing === 'store_down' || !tcf || !isConsentString(tcf)) return known
  return { ...known, standing: { ...known.standing, signals: { ...known.standing.signals, tcf } } }
}

export function decideFor({ gpc, known }: Situation, identity: Identity | null): PublicIdentity {
  const tcf = known && known.standing !== 'store_down' ? consentFor(known.standing) : undefined
  const asked = known?.subject ? findGenerate(known.subject, tcf)?.settled : undefined
  return decide({
    now: Date.now(),
    product: env().product,
    gpc,
    signedIn: known !== null,
    unsupported: known?.unsupported ?? (asked?.status === 'insufficient_user_consent' ? 'consent' : null),
    standing: known?.standing ?? 'store_down',
    identity,
    operatorFailed: [asked, identity && findRefresh(identity)?.settled].some((it) => it?.status === 'failed'),
  })
}

/**
 * Takes a request's identity as far as its surface may: adopts a refresh that has ended, begins one that
 * is due, waits or generates where the policy says so. Whatever the operator said meanwhile, the store is
 * read again before anything is sealed, so an opt-out, a withdrawal or a sign-out always wins.
 */
export async function advance(asking: Asking, policy: Policy): Promise<Advanced> {
  const situation = await readSituation(asking)
  const decision = decideFor(situation, situation.identity)
  const { known } = situation
  if (!isEntitled(decision) || !known?.subject) {
    const drop = situation.stray || (situation.identity !== null && !keepsIdentity(decision))
    return { decision, cookie: drop ? 'clear' : 'keep', background: undefined }
  }

  const refresh = await refreshed(situation.identity, known.subject, policy)
  const generate = refresh.identity === null && policy.generate
  const identity = generate ? await generated(known) : refresh.identity
  const changed = identity !== situation.identity || situation.retired
  if (!changed && !refresh.waited && !generate)
    return { decision, cookie: situation.stray ? 'clear' : 'keep', background: refresh.background }

  const latest = withSignals(await lookAgain(known), asking.cookies)
  const after = decideFor({ ...situation, known: latest }, identity)
  if (!identity || !latest || !isEntitled(after))
    return { decision: after, cookie: 'clear', background: refresh.background }
  return {
    decision: after,
    cookie: changed ? { identity, known: latest } : 'keep',
    background: refresh.background,
  }
}

interface Refreshed {
  identity: Identity | null
  /** Time has passed: what was read of the reader before may no longer hold. */
  waited: boolean
  background: Promise<unknown> | undefined
}

/** The newest identity that a refresh has brought, the given one while there is none, null at its end. */
async function refreshed(
  given: Identity | null,
  subject: NonNullable<KnownReader['subject']>,
  policy: Policy,
): Promise<Refreshed> {
  const known = given && adopt(given, findRefresh(given)?.settled)
  const now = Date.now()
  if (!known || !(policy.recheck || isDueForRefresh(known, now)))
    return { identity: known, waited: false, background: undefined }
  if (!isRefreshable(known, now)) return { identity: null, waited: false, background: undefined }
  const flight = startRefresh(known, subject)
  const wait = hasExpired(known, now) ? policy.waitForExpired : policy.waitForDue
  const waited = wait > 0 && !flight.settled
  if (waited) await Promise.race([flight.promise, timeout(wait)])
  return {
    identity: adopt(known, flight.settled),
    waited,
    background: flight.settled ? undefined : flight.promise,
  }
}

function adopt(identity: Identity, outcome: Outcome | undefined): Identity | null {
  if (outcome === undefined || outcome.status === 'failed') return identity
  if (outcome.status !== 'success') return null
  // Never a step back: of two answers the one that lives longer stays.
  return outcome.identity.identity_expires > identity.identity_expires ? outcome.identity : identity
}

async function generated({ reader, subject, standing }: KnownReader): Promise<Identity | null> {
  if (typeof reader.dii === 'string' || !subject || standing === 'store_down') return null
  const { kind, value } = reader.dii
  const input = kind === 'email' ? { email: value } : { phone: value }
  const outcome = await startGenerate(subject, input, consentFor(standing)).promise
  return outcome.status === 'success' ? outcome.identity : null
}

/** UID2 has no use for a consent string. */
const consentFor = ({ signals }: Standing): string | undefined =>
  env().product === 'euid' ? signals.tcf : undefined

function timeout(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
