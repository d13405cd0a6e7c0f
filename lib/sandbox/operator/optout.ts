import 'server-only'

import { isPhone, normaliseEmail, sha256 } from './normalise'
import { firstLevelHash, type IdentityType } from './raw-uid'

interface Identity {
  type: IdentityType
  flh: Uint8Array
}

/**
 * Identities that the real operator treats as opted out in every environment. It compares first-level hashes
 * and the kind of identity, so a hash or an unnormalised address matches too, but not a hash of the other
 * kind. (The docs' generate page has the two phone numbers swapped. The refresh page and the operator agree
 * with this file.)
 * https://unifiedid.com/docs/getting-started/gs-faqs
 */
const always = hashes('optout@example.com', '+00000000000')
const onRefresh = hashes('refresh-optout@example.com', '+00000000002')

export function isOptedOut({ type, flh }: Identity, call: 'generate' | 'refresh'): boolean {
  const key = keyOf(type, flh)
  return always.has(key) || (call === 'refresh' && onRefresh.has(key))
}

function hashes(...identities: string[]): ReadonlySet<string> {
  return new Set(
    identities.map((identity) => {
      const [type, normalised] = isPhone(identity)
        ? (['phone', identity] as const)
        : (['email', normaliseEmail(identity)] as const)
      return keyOf(type, firstLevelHash(sha256(normalised ?? '')))
    }),
  )
}

function keyOf(type: IdentityType, flh: Uint8Array): string {
  return `${type} ${Buffer.from(flh).toString('hex')}`
}
