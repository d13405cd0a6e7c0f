import 'server-only'
import type { Standing } from '../choices/standing.ts'
import type { Identity } from '../uid2/index.ts'
import { hasExpired } from '../uid2/index.ts'
import type { PublicIdentity, UnsupportedReason } from './public.ts'
import type { RegionRule } from './region.ts'
import { signalsRefusal } from './signals.ts'

/** All that the status depends on. */
export interface Facts {
  now: number
  product: 'uid2' | 'euid'
  /** The request carries an opt-out signal that this site honours. */
  gpc: boolean
  signedIn: boolean
  unsupported: UnsupportedReason | null
  region: RegionRule
  standing: Standing | 'store_down'
  /** The identity of this very reader and sign-in. */
  identity: Identity | null
  /** The operator was asked for this reader moments ago and could not answer. */
  operatorFailed: boolean
}

/** The status is the first that holds, and only `available` carries a token. Pure. */
export function decide(facts: Facts): PublicIdentity {
  const { now, standing, identity } = facts
  if (facts.gpc) return { status: 'gpc', now }
  if (!facts.signedIn) return { status: 'signed_out', now }
  if (facts.unsupported) return { status: 'unsupported', reason: facts.unsupported, now }
  if (!facts.region.runs) return { status: 'unsupported', reason: 'region', now }
  if (standing === 'store_down') return { status: 'unavailable', reason: 'store', now }
  const refusal = signalsRefusal(facts.product, standing.signals)
  if (refusal) return { status: 'unsupported', reason: refusal, now }
  if (standing.optedOut) return { status: 'opted_out', now }
  if (standing.choice === 'denied') return { status: 'denied', now }
  if (standing.choice === null)
    return { status: facts.region.unanswered === 'ask' ? 'no_choice' : 'denied', now }
  if (identity && !hasExpired(identity, now))
    return {
      status: 'available',
      now,
      advertisingToken: identity.advertising_token,
      identityExpires: identity.identity_expires,
      refreshFrom: identity.refresh_from,
      source: facts.product === 'euid' ? 'euid.eu' : 'uidapi.com',
    }
  return facts.operatorFailed
    ? { status: 'unavailable', reason: 'operator', now }
    : { status: 'refreshing', now }
}

/** The reader may have a token: now, or as soon as the operator has given one. */
export const isEntitled = ({ status, ...rest }: PublicIdentity): boolean =>
  status === 'available' ||
  status === 'refreshing' ||
  (status === 'unavailable' && 'reason' in rest && rest.reason === 'operator')

/** What is in the cookie may stay though it is not handed out now: the reader may be entitled again. */
export const keepsIdentity = (decision: PublicIdentity): boolean =>
  isEntitled(decision) || decision.status === 'gpc' || decision.status === 'unavailable'
