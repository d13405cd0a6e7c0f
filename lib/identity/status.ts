import 'server-only'
import { hasExpired } from '../uid2'
import type { RequestContext } from './context'
import { pickIdentityFields } from './cookie'
import type { Bucket, PublicIdentity } from './public-identity'
import type { Choice, IdentityOptions, Policy, PolicyContext, Refusal } from './types'

type Settings = Required<Pick<IdentityOptions, 'product' | 'policies' | 'refreshedBy'>>

/** All that the status depends on. */
export interface StatusInput extends Settings {
  context: Omit<RequestContext, 'invalidCookie' | 'needsReseal'>
  now: number
  /** The operator was asked for this reader moments ago, and did not answer. */
  operatorFailed: boolean
  /** The operator refused the reader's consent string. */
  consentRefused: boolean
  /** Null: there is no hold-out. */
  bucket: Bucket | null
}

export interface Resolved {
  identity: PublicIdentity
  /** The reader may have a token: now, or as soon as the operator has given one. */
  entitled: boolean
  /** A sealed identity stays in its cookie though it is not handed out now. */
  keepCookie: boolean
  /** The request itself is a denial, which is to be recorded. */
  denial: Choice | null
}

/** The first matching status wins, and only `available` carries a token. Pure. */
export function resolveStatus(input: StatusInput): Resolved {
  const refusal = findRefusal(input)
  if (!refusal) return { identity: resolveToken(input), entitled: true, keepCookie: true, denial: null }
  const { keepCookie = false, denial = null, ...identity } = refusal
  return { identity: { ...identity, now: input.now }, entitled: false, keepCookie, denial }
}

type BuiltIn = { keepCookie?: true; denial?: never } & (
  | { status: 'signed_out' | 'opted_out' | 'denied' | 'no_choice' }
  | { status: 'unavailable'; reason: 'store' }
)

/** Why the reader may not have a token; null: they may. The order is that of the documented contract. */
function findRefusal({ context, policies, consentRefused }: StatusInput): Refusal | BuiltIn | null {
  const { reader, unsupported, consent } = context
  const check = (before: Policy['before']): Refusal | null => {
    for (const policy of policies) {
      const refusal = (policy.before ?? 'opted_out') === before ? policy.check(context) : null
      if (refusal) return refusal
    }
    return null
  }
  const early = check('signed_out')
  if (early) return early
  if (!reader) return { status: 'signed_out' }
  if (unsupported) return { status: 'unsupported', reason: unsupported }
  if (consentRefused) return { status: 'unsupported', reason: 'consent' }
  const middle = check('unavailable')
  if (middle) return middle
  if (!consent) return { status: 'unavailable', reason: 'store', keepCookie: true }
  const late = check('opted_out')
  if (late) return late
  if (consent.optedOut) return { status: 'opted_out' }
  if (consent.choice === 'denied') return { status: 'denied' }
  return consent.choice === null ? { status: 'no_choice' } : null
}

function resolveToken({ context, policies, now, ...input }: StatusInput): PublicIdentity {
  const { identity } = context
  const { bucket, operatorFailed, product, refreshedBy } = input
  const base = { now, ...(bucket && { bucket }) }
  if (!identity || hasExpired(identity, now))
    return operatorFailed
      ? { status: 'unavailable', reason: 'operator', ...base }
      : { status: 'refreshing', ...base }
  if (bucket === 'control') return { status: 'withheld', refreshFrom: identity.refresh_from, ...base }
  const consent = consentToPassOn(policies, context)
  return {
    status: 'available',
    ...base,
    advertisingToken: identity.advertising_token,
    identityExpires: identity.identity_expires,
    refreshFrom: identity.refresh_from,
    source: product === 'euid' ? 'euid.eu' : 'uidapi.com',
    ...(consent !== undefined && { consent }),
    ...(refreshedBy === 'client' && { identity: pickIdentityFields(identity) }),
  }
}

/** Of the first policy that has any. */
export const consentToPassOn = (policies: readonly Policy[], context: PolicyContext) =>
  policies.map((policy) => policy.passesOn?.(context)).find((signals) => signals !== undefined)
