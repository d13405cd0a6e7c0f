import 'server-only'
import type { Standing } from '../choices/standing.ts'
import type { Identity } from '../uid2/index.ts'
import { hasExpired } from '../uid2/index.ts'
import type { Bucket, PublicIdentity, UnsupportedReason } from './public.ts'
import type { RegionRule } from './region.ts'
import { signalsRefusal } from './signals.ts'
import { sixFields } from './six-fields.ts'

/** All that the status depends on. */
export interface Facts {
  now: number
  product: 'uid2' | 'euid'
  handoff: 'server' | 'client'
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
  /** The reader's group; null: nothing is held out. */
  bucket: Bucket | null
}

/** The status is the first that holds, and only `available` carries a token. Pure. */
export const decide = (facts: Facts): PublicIdentity => refused(facts) ?? entitled(facts)

/** Why the reader may not have a token; null: they may. */
function refused(facts: Facts): PublicIdentity | null {
  const { now, standing } = facts
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
  return null
}

function entitled(facts: Facts): PublicIdentity {
  const { now, identity, product, handoff, operatorFailed, bucket, standing } = facts
  const base = { now, ...(bucket && { bucket }) }
  if (!identity || hasExpired(identity, now))
    return operatorFailed
      ? { status: 'unavailable', reason: 'operator', ...base }
      : { status: 'refreshing', ...base }
  if (bucket === 'control') return { status: 'withheld', refreshFrom: identity.refresh_from, ...base }
  return {
    status: 'available',
    ...base,
    advertisingToken: identity.advertising_token,
    identityExpires: identity.identity_expires,
    refreshFrom: identity.refresh_from,
    source: product === 'euid' ? 'euid.eu' : 'uidapi.com',
    ...(handoff === 'client' && { identity: sixFields(identity) }),
    // An EUID is only bid on together with the consent that it was made under.
    ...(product === 'euid' && standing !== 'store_down' && { consent: standing.signals }),
  }
}

/** A reader may have a token: now, or as soon as the operator has given one. A control reader has one, withheld. */
export const isEntitled = ({ status, ...rest }: PublicIdentity): boolean =>
  status === 'available' ||
  status === 'withheld' ||
  status === 'refreshing' ||
  (status === 'unavailable' && 'reason' in rest && rest.reason === 'operator')

/** What is in the cookie may stay though it is not handed out now: the reader may be entitled again. */
export const keepsIdentity = (decision: PublicIdentity): boolean =>
  isEntitled(decision) || decision.status === 'gpc' || decision.status === 'unavailable'
