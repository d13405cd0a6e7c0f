import 'server-only'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { z } from 'zod'
import type { Dii } from '../identity/types'
import { normalizeEmail } from '../uid2'

/** DII in our sealed cookies. */
export const diiShape = z.object({ kind: z.enum(['email', 'phone']), value: z.string() })

/** Why the typed text cannot be used. The sign-in page has a message for each. */
export type DiiFault = 'empty' | 'bad_email' | 'looks_hashed' | 'bad_phone'

const hexHash = /^[0-9a-f]{64}$/i
const base64Hash = /^[A-Za-z0-9+/]{43}=$/
const e164 = /^\+[0-9]{10,15}$/

/** Reads a typed e-mail address or phone number. Pure. */
export function readDii(input: { email?: unknown; phone?: unknown }): Dii | DiiFault {
  const typedEmail = typeof input.email === 'string' ? input.email.trim() : ''
  const typedPhone = typeof input.phone === 'string' ? input.phone.trim() : ''
  if (typedEmail !== '') {
    // A hash would be hashed again and get a token that matches no reader.
    if (hexHash.test(typedEmail) || base64Hash.test(typedEmail)) return 'looks_hashed'
    return isAddress(typedEmail) ? { kind: 'email', value: typedEmail } : 'bad_email'
  }
  if (typedPhone === '') return 'empty'
  const value = internationalNumber(typedPhone)
  return value === null ? 'bad_phone' : { kind: 'phone', value }
}

/** By the SDK's own rule, and with an internet domain. */
function isAddress(typed: string): boolean {
  try {
    return typed.length <= 254 && /@.+\./.test(normalizeEmail(typed))
  } catch {
    return false
  }
}

/**
 * E.164 from international form, also `+44 (0)20 7946 0018`. Null without a country code, which cannot be
 * guessed, and for an extension, because more than one person may share its line.
 */
function internationalNumber(typed: string): string | null {
  if (typed.length > 40) return null
  // Handles wide characters of a Japanese keyboard, and direction marks around a copied number.
  const text = typed.normalize('NFKC').replace(/\p{Cf}|^tel:/giu, '')
  const parsed = parsePhoneNumberFromString(text, { extract: false })
  if (parsed?.ext !== undefined || parsed?.isPossible() === false) return null
  // The operator also accepts numbers of no country, such as its own test numbers of zeros.
  const number = parsed?.number ?? text.replace(/[\s().-]/g, '')
  return e164.test(number) ? number : null
}
