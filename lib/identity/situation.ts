import 'server-only'
import { recordRevocation } from '../choices/access.ts'
import { env } from '../env/server.ts'
import type { CookieReader } from '../shared/cookie-reader.ts'
import type { Identity } from '../uid2/index.ts'
import { identityCookieName } from './cookie.ts'
import { decide } from './decide.ts'
import { findGenerate, findRefresh } from './flights.ts'
import { bucketOf } from './holdout.ts'
import type { Bucket, PublicIdentity } from './public.ts'
import { type KnownReader, knownReader, lookAgain } from './reader.ts'
import { placeOf, type RegionRule, regionRule } from './region.ts'
import { type SealedIdentity, unseal } from './seal.ts'
import { consentFor, cookieSignals } from './signals.ts'

/** What a surface reads of a request. A page's `cookies()`/`headers()` and a `NextRequest` both fit. */
export interface Asking {
  cookies: CookieReader
  headers: { get(name: string): string | null }
}

/** A request's identity as it stands: who asks, what they decided, and what the cookie holds for them. */
export interface Situation {
  gpc: boolean
  region: RegionRule
  known: KnownReader | null
  /** Only an identity that is bound to this reader, sign-in and yes; anybody else's counts as none. */
  identity: Identity | null
  /** There is a cookie, but nothing in it that may be used: delete it. */
  stray: boolean
  /** Opened by a previous password: seal anew. */
  retired: boolean
}

export async function readSituation({ cookies, headers }: Asking): Promise<Situation> {
  const value = cookies.get(identityCookieName())?.value
  const gpc = signalsOptOut(headers)
  const [known, sealed] = await Promise.all([
    knownReader(cookies).then((found) => (gpc && found ? optOutBySignal(found) : found)),
    value ? unseal(value) : null,
  ])
  const ours = sealed && known && isOf(known, sealed)
  return {
    gpc,
    region: regionOf(headers),
    known: withSignals(known, headers),
    identity: ours ? sealed.identity : null,
    stray: value !== undefined && !ours,
    retired: Boolean(ours && sealed.retired),
  }
}

/** https://www.w3.org/TR/gpc/: only a browser can send it, no page of another site. */
export const signalsOptOut = (headers: Asking['headers']): boolean =>
  env().gpcScope !== 'off' && headers.get('sec-gpc') === '1'

/** What a signal stands for where it is taken for the reader's own no. */
const gpcWording = {
  version: 'gpc',
  wording: 'The browser sent Global Privacy Control (Sec-GPC: 1).',
} as const

/**
 * Under `GPC_SCOPE=account` the signal is this reader's opt-out from this site, and so is recorded, once. With
 * the store down nothing is: the signal comes again with the browser's next request.
 */
async function optOutBySignal(known: KnownReader): Promise<KnownReader | null> {
  const { subject, standing } = known
  if (env().gpcScope !== 'account' || !subject || standing === 'store_down' || standing.siteOptOut)
    return known
  const choice = { advertising: 'denied', ...gpcWording, source: 'gpc' } as const
  await recordRevocation({ kind: 'denial', subject, choice }).catch(() => {})
  return lookAgain(known)
}

const regionOf = (headers: Asking['headers']): RegionRule => {
  const { regionHeader, product } = env()
  return regionHeader === null
    ? { runs: true, unanswered: 'ask' }
    : regionRule(placeOf(headers.get(regionHeader)), product)
}

/** Sealed for this reader and this sign-in, and under the yes that still stands. */
const isOf = ({ reader, standing }: KnownReader, { sub, sid, consent }: SealedIdentity): boolean =>
  sub === reader.sub && sid === reader.sid && (standing === 'store_down' || standing.consent === consent)

/** The consent string of a CMP's cookie is fresher than the one that was stored with the choice. */
export function withSignals(known: KnownReader | null, headers: Asking['headers']): KnownReader | null {
  if (!known || known.standing === 'store_down') return known
  const signals = { ...known.standing.signals, ...cookieSignals(headers.get('cookie')) }
  return { ...known, standing: { ...known.standing, signals } }
}

/** `unheard`: the operator was to confirm that this identity may still be handed out, and has not. */
export function decideFor(
  { gpc, region, known }: Situation,
  identity: Identity | null,
  unheard = false,
): PublicIdentity {
  const asked = known?.subject ? findGenerate(known.subject, consentOf(known))?.settled : undefined
  return decide({
    now: Date.now(),
    product: env().product,
    handoff: env().handoff,
    gpc,
    signedIn: known !== null,
    unsupported: known?.unsupported ?? (asked?.status === 'insufficient_user_consent' ? 'consent' : null),
    region,
    standing: known?.standing ?? 'store_down',
    identity: unheard ? null : identity,
    operatorFailed:
      unheard || [asked, identity && findRefresh(identity)?.settled].some((it) => it?.status === 'failed'),
    bucket: bucketFor(known),
  })
}

/** The reader's group in the hold-out; null: nothing is held out, or of nobody. */
export function bucketFor(known: KnownReader | null): Bucket | null {
  const { holdout } = env()
  return holdout && known?.subject ? bucketOf(holdout, known.subject.diiHash) : null
}

/** The consent string that a generate for this reader sends. */
export const consentOf = ({ standing }: KnownReader): string | undefined =>
  standing === 'store_down' ? undefined : consentFor(env().product, standing.signals)
