import 'server-only'
import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { z } from 'zod'
import type { Dii } from '../identity/types'
import { normalizeEmail } from '../uid2'

/** DII as our sealed cookies hold it. */
export const diiShape = z.object({ kind: z.enum(['email', 'phone']), value: z.string() })

/** Why what was typed cannot be used; the sign-in page has the words. */
export type DiiFault = 'empty' | 'bad_email' | 'looks_hashed' | 'bad_phone'

const hexHash = /^[0-9a-f]{64}$/i
const base64Hash = /^[A-Za-z0-9+/]{43}=$/
const e164 = /^\+[0-9]{10,15}$/

/** Reads an e-mail address or a phone number as a person types it. Pure. */
export function readDii(input: { email?: unknown; phone?: unknown }): Dii | DiiFault {
  const typedEmail = typeof input.email === 'string' ? input.email.trim() : ''
  const typedPhone = typeof input.phone === 'string' ? input.phone.trim() : ''
  if (typedEmail !== '') {
    // A hash would be hashed again and still get a token, one that matches nobody.
    if (hexHash.test(typedEmail) || base64Hash.test(typedEmail)) return 'looks_hashed'
    return isAddress(typedEmail) ? { kind: 'email', value: typedEmail } : 'bad_email'
  }
  if (typedPhone === '') return 'empty'
  const value = internationalNumber(typedPhone)
  return value === null ? 'bad_phone' : { kind: 'phone', value }
}

/** By the rule of whoever hashes it, and with a domain of the Internet. */
function isAddress(typed: string): boolean {
  try {
    return typed.length <= 254 && /@.+\./.test(normalizeEmail(typed))
  } catch {
    return false
  }
}

/**
 * E.164 from international form, `+44 (0)20 7946 0018` too; null without a country code, because none can
 * be guessed, and for an extension, which rings at more than one person's desk.
 */
function internationalNumber(typed: string): string | null {
  if (typed.length > 40) return null
  // Wide characters of a Japanese keyboard, and the marks of direction around a number that was copied.
  const text = typed.normalize('NFKC').replace(/\p{Cf}|^tel:/giu, '')
  const parsed = parsePhoneNumberFromString(text, { extract: false })
  if (parsed?.ext !== undefined || parsed?.isPossible() === false) return null
  // The operator also takes numbers that no country has, such as its own test numbers of zeros.
  const number = parsed?.number ?? text.replace(/[\s().-]/g, '')
  return e164.test(number) ? number : null
}
