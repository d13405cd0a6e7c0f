import { argumentError } from './arguments'

/** Hex or base64 of 32 bytes: no address, but a hash passed as one by mistake. */
const LOOKS_HASHED = /^(?:[0-9a-f]{64}|[A-Za-z0-9+/_-]{43}=?)$/i

/** Printable ASCII, as nearly all addresses: no letters with special case rules. */
const PLAIN = /^[\x21-\x7e]+$/

/**
 * Whitespace, and invisible or meaningless characters: control and format characters, unassigned code points,
 * fillers, blank patterns, replacement characters, and a full stop that domains treat as a dot.
 */
const INVISIBLE = /[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800\u3002\ufffc\ufffd\u{1d159}]/u

const ATOM = "[\\w!#$%&'*+\\-/=?^`{|}~\\u0080-\\u{10ffff}]+"
const LETTER = '[a-z0-9\\u0080-\\u{10ffff}]'
const LABEL = `${LETTER}(?:[a-z0-9\\-\\u0080-\\u{10ffff}]*${LETTER})?`

/**
 * A mailbox of RFC 5321 and 6531 in its plain form. Quoted forms, comments and angle brackets are rejected:
 * they are other spellings of a plain address, and operators treat each spelling as another person.
 */
const MAILBOX = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`, 'iu')

/** A remainder of URL encoding: `%40` for `@`, `%2B` for `+`. */
const ENCODED = /%[0-9a-f]{2}/i

/**
 * Normalises an e-mail address before hashing: trims whitespace, lowers ASCII letters, and for `gmail.com`
 * removes dots and `+tag` from the local part.
 *
 * Letters outside ASCII stay unchanged, and `googlemail.com` is an ordinary domain, because the operator
 * treats them so. Addresses that mail would not deliver to unchanged are rejected, though operators hash any
 * text with an `@`: another spelling gets another hash, for which the owner's opt-out is unknown.
 *
 * @throws TypeError when it is not one mailbox in its plain form, or looks like a hash
 * @see https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 * @example normalizeEmail(' Jane.Saoirse+Work@Gmail.com ') // 'janesaoirse@gmail.com'
 */
export function normalizeEmail(email: string): string {
  const address = lowerAscii(trimEmail(email))
  const at = address.indexOf('@')
  const domain = address.slice(at + 1)
  const local = domain === 'gmail.com' ? simplifyGmail(address.slice(0, at)) : address.slice(0, at)
  if (local === '' || !MAILBOX.test(address) || ENCODED.test(address)) {
    throw argumentError('email', 'must be a local part, one @ and a domain, with nothing around them')
  }
  return `${local}@${domain}`
}

/** The address without surrounding whitespace, otherwise unchanged, for an operator that normalises it. */
export function trimEmail(email: string): string {
  if (typeof email !== 'string') throw argumentError('email', 'must be a string')
  const trimmed = email.trim()
  if (trimmed.length >= 43 && LOOKS_HASHED.test(trimmed)) {
    throw argumentError('email', 'looks already hashed; pass it as emailHash')
  }
  if (!PLAIN.test(trimmed) && (INVISIBLE.test(trimmed) || trimmed.normalize('NFKC') !== trimmed)) {
    throw argumentError(
      'email',
      'must not contain whitespace, invisible characters or characters that stand for others',
    )
  }
  return trimmed
}

/** Operators lower only A to Z. In plain ASCII `toLowerCase` does the same. */
function lowerAscii(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function simplifyGmail(local: string): string {
  return local.replace(/\+.*/, '').replaceAll('.', '')
}

/**
 * Checks that a phone number is in E.164. Only the publisher knows the country, so nothing can be repaired.
 * Returns its argument.
 *
 * @throws TypeError unless it is `+` and 10 to 15 ASCII digits
 * @see https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 * @example normalizePhone('+12345678901') // '+12345678901'
 */
export function normalizePhone(phone: string): string {
  if (typeof phone === 'string' && /^\+[0-9]{10,15}$/.test(phone)) return phone
  throw argumentError('phone', 'must be E.164: + and 10 to 15 digits, nothing else')
}
