import 'server-only'
import { domainToASCII } from 'node:url'
import type { DiiPolicy } from '../env/server'
import type { NoDii } from '../identity/public-identity'
import type { Dii } from '../identity/types'
import { issuerTraits } from './issuers'
import { readDii } from './read-dii'

/** What an identity provider says of an account, by the names of OpenID Connect. Nothing in it is trusted. */
export interface ProviderClaims {
  /** Of an id_token, and checked with it. */
  iss?: unknown
  email?: unknown
  email_verified?: unknown
  /** Apple: the address only forwards. */
  is_private_email?: unknown
  phone_number?: unknown
  phone_number_verified?: unknown
}

/** The same as a claim, for sign-ins of our own. */
export const claimsOf = ({ kind, value }: Dii): ProviderClaims =>
  kind === 'email' ? { email: value } : { phone_number: value }

/** `otherDii`: also proved, never used, but an opt-out of it counts. */
export interface VerifiedDii {
  dii: Dii | NoDii
  otherDii: Dii[]
}

/**
 * Sign-ins whose address or number is proved by the way it comes, so that no claim needs to say so:
 * - `proof`: this site sent a secret there, and the reader brought it back (`lib/auth/proof/proof.ts`);
 * - `demo`: for trying; nothing is proved, which is why it serves no real site.
 *
 * Beside them OpenID issuers that prove an address at each sign-in: `issuers.ts`.
 *
 * Not `facebook`: its Graph API returns the address of the profile and never says whether it was
 * confirmed, https://developers.facebook.com/docs/graph-api/reference/user/. Google, Apple and other
 * OpenID providers say `email_verified` themselves.
 */
const alwaysVerified = new Set(['proof', 'demo'])

/**
 * Domains whose addresses are made for one site and only forward: they match nobody elsewhere, and whoever
 * uses one has chosen not to be known.
 * - Apple: https://support.apple.com/en-us/105078
 * - Firefox Relay: https://support.mozilla.org/kb/what-firefox-relay
 * - DuckDuckGo: https://duckduckgo.com/duckduckgo-help-pages/email-protection
 */
const relayDomains = ['privaterelay.appleid.com', 'mozmail.com', 'duck.com']

/**
 * The one rule: what an account's claims make of a session. A claim counts only when the provider says that
 * it was verified. A relay address ends the matter even beside a number: it is an answer. Pure.
 */
export function selectVerifiedDii(provider: string, claims: ProviderClaims, policy: DiiPolicy): VerifiedDii {
  const verifiedByDefault = alwaysVerified.has(provider)
  const emailVerifiedByDefault =
    verifiedByDefault || (provider === 'oidc' && issuerTraits(claims.iss).provesAddresses)
  const address = checkEmailClaim(claims, emailVerifiedByDefault, [...relayDomains, ...policy.relayDomains])
  if (address === 'relay_address') return { dii: address, otherDii: [] }
  const number = checkPhoneClaim(claims, verifiedByDefault)
  const both = policy.prefer === 'phone' ? [number, address] : [address, number]
  const [dii, ...otherDii] = both.filter((found) => typeof found !== 'string')
  if (dii) return { dii, otherDii }
  // Of two reasons the more telling one: that there is something, though it cannot be used.
  const reasons = both.filter((found) => typeof found === 'string')
  return { dii: reasons.find((reason) => reason !== 'no_dii') ?? 'no_dii', otherDii: [] }
}

function checkEmailClaim(
  claims: ProviderClaims,
  verifiedByDefault: boolean,
  relays: readonly string[],
): Dii | NoDii {
  const dii = readDii({ email: claims.email })
  // Before the address is judged: mail finds a relay also by spellings that are not used here.
  if (typeof claims.email === 'string' && isRelay(claims.email.trim(), relays)) return 'relay_address'
  if (typeof dii === 'string') return 'no_dii'
  if (isTrue(claims.is_private_email)) return 'relay_address'
  return isVerified(claims.email_verified, verifiedByDefault) ? dii : 'unverified'
}

function checkPhoneClaim(claims: ProviderClaims, verifiedByDefault: boolean): Dii | NoDii {
  const dii = readDii({ phone: claims.phone_number })
  if (dii === 'empty') return 'no_dii'
  if (!isVerified(claims.phone_number_verified, verifiedByDefault)) return 'unverified'
  return typeof dii === 'string' ? 'bad_phone' : dii
}

/** An explicit claim decides; otherwise the way in which the address came. Null says nothing. */
const isVerified = (claim: unknown, verifiedByDefault: boolean): boolean =>
  claim === undefined || claim === null ? verifiedByDefault : isTrue(claim)

/** Apple sends its booleans as text too. */
const isTrue = (claim: unknown): boolean => claim === true || claim === 'true'

/** By the name as mail finds it, however it is spelled: capitals, wide letters, other dots. */
function isRelay(address: string, relays: readonly string[]): boolean {
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1))
  return relays.some((relay) => domain === relay || domain.endsWith(`.${relay}`))
}
