import 'server-only'
import { domainToASCII } from 'node:url'
import type { DiiPolicy } from '../env/env'
import type { NoDii } from '../identity/public-identity'
import type { Dii } from '../identity/types'
import { issuerTraits } from './issuers'
import { readDii } from './read-dii'

/** A provider's claims about an account, with OpenID Connect's names. None is trusted. */
export interface ProviderClaims {
  /** From an id_token, checked with it. */
  iss?: unknown
  email?: unknown
  email_verified?: unknown
  /** Apple: the address only forwards mail. */
  is_private_email?: unknown
  phone_number?: unknown
  phone_number_verified?: unknown
}

/** DII of our own sign-ins, as a claim. */
export const toClaims = ({ kind, value }: Dii): ProviderClaims =>
  kind === 'email' ? { email: value } : { phone_number: value }

/** `otherDii`: also verified. It is not used, but an opt-out of it counts. */
export interface VerifiedDii {
  dii: Dii | NoDii
  otherDii: Dii[]
}

/**
 * Providers whose address or number is proved by the sign-in itself, without a `verified` claim:
 * - `proof`: this site sent a secret there, and the reader returned it (`lib/auth/proof/proof.ts`).
 * - `demo`: for trying. It proves nothing, so a real site does not offer it.
 *
 * OpenID issuers that prove an address at each sign-in are in `issuers.ts`.
 *
 * Not `facebook`: its Graph API returns the address of the profile and never says whether it was confirmed,
 * https://developers.facebook.com/docs/graph-api/reference/user/. Google, Apple and other OpenID providers
 * send `email_verified`.
 */
const alwaysVerified = new Set(['proof', 'demo'])

/**
 * Domains whose addresses are made for one site and only forward mail. They match no reader on other sites,
 * and a reader who uses one does not want to be recognised.
 * - Apple: https://support.apple.com/en-us/105078
 * - Firefox Relay: https://support.mozilla.org/kb/what-firefox-relay
 * - DuckDuckGo: https://duckduckgo.com/duckduckgo-help-pages/email-protection
 */
const relayDomains = ['privaterelay.appleid.com', 'mozmail.com', 'duck.com']

/**
 * Selects the DII of a session from an account's claims. A claim counts only when the provider says that it
 * is verified. A relay address means no DII, even beside a phone number: the reader chose not to be
 * recognised. Pure.
 */
export function selectVerifiedDii(provider: string, claims: ProviderClaims, policy: DiiPolicy): VerifiedDii {
  const verifiedByDefault = alwaysVerified.has(provider)
  const emailVerifiedByDefault =
    verifiedByDefault || (provider === 'oidc' && issuerTraits(claims.iss).provesAddresses)
  const address = checkEmailClaim(claims, emailVerifiedByDefault, [...relayDomains, ...policy.relayDomains])
  if (address === 'relay_address') return { dii: address, otherDii: [] }
  const number = checkPhoneClaim(claims, verifiedByDefault)
  const candidates = policy.prefer === 'phone' ? [number, address] : [address, number]
  const [dii, ...otherDii] = candidates.filter((found) => typeof found !== 'string')
  if (dii) return { dii, otherDii }
  // Reports the more specific of two reasons: that there is something, but it cannot be used.
  const reasons = candidates.filter((found) => typeof found === 'string')
  return { dii: reasons.find((reason) => reason !== 'no_dii') ?? 'no_dii', otherDii: [] }
}

function checkEmailClaim(
  claims: ProviderClaims,
  verifiedByDefault: boolean,
  relays: readonly string[],
): Dii | NoDii {
  const dii = readDii({ email: claims.email })
  // Checked first, because mail also reaches a relay by spellings that `readDii` rejects.
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

/** An explicit claim decides. Otherwise trust the provider's type. Null counts as no claim. */
const isVerified = (claim: unknown, verifiedByDefault: boolean): boolean =>
  claim === undefined || claim === null ? verifiedByDefault : isTrue(claim)

/** Apple also sends booleans as text. */
const isTrue = (claim: unknown): boolean => claim === true || claim === 'true'

/** Compares the domain as mail resolves it: capitals, wide letters and other dots are equal. */
function isRelay(address: string, relays: readonly string[]): boolean {
  const domain = domainToASCII(address.slice(address.lastIndexOf('@') + 1))
  return relays.some((relay) => domain === relay || domain.endsWith(`.${relay}`))
}
