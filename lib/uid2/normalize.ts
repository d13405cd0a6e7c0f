import { argumentError } from './arguments'

/** Hex or base64 of 32 bytes: nobody's address, but what a mapping mistake passes as one. */
const LOOKS_HASHED = /^(?:[0-9a-f]{64}|[A-Za-z0-9+/_-]{43}=?)$/i

/** Printable ASCII, as nearly every address is: without letters that are hard to lower. */
const PLAIN = /^[\x21-\x7e]+$/

/**
 * White space, and all that nobody sees or that has no meaning of its own: control and format characters, unassigned
 * code points, fillers, blank patterns, what stands for lost text; and a full stop that domains read as a dot.
 */
const UNSEEN = /[\s\p{C}\p{Default_Ignorable_Code_Point}\u2800\u3002\ufffc\ufffd\u{1d159}]/u

const ATOM = "[\\w!#$%&'*+\\-/=?^`{|}~\\u0080-\\u{10ffff}]+"
const LETTER = '[a-z0-9\\u0080-\\u{10ffff}]'
const LABEL = `${LETTER}(?:[a-z0-9\\-\\u0080-\\u{10ffff}]*${LETTER})?`

/**
 * A mailbox of RFC 5321 and 6531 in its plain form. The quoted form, comments and angle brackets are left out: they
 * are other spellings of a plain one, and operators take every spelling for another person.
 */
const MAILBOX = new RegExp(`^${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`, 'iu')

/** Left over from a URL: `%40` for `@`, `%2B` for `+`. */
const ENCODED = /%[0-9a-f]{2}/i

/**
 * The one spelling of an e-mail address that everybody hashes: surrounding whitespace off, ASCII letters
 * lower-case, and for `gmail.com` no dots and no `+tag` in the local part.
 *
 * Letters outside ASCII stay as they are and `googlemail.com` is a domain like any other, because the
 * operator has it so. What mail would not deliver to as it stands is refused, though operators hash any text with
 * an `@`: a second spelling of an address gets another hash, under which no opt-out of its owner is known.
 *
 * @throws TypeError when it is not one mailbox in its plain form, or looks like a hash
 * @see https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 * @example normalizeEmail(' Jane.Saoirse+Work@Gmail.com ') // 'janesaoirse@gmail.com'
 */
export function normalizeEmail(email: string): string {
  const address = lowerAscii(trimEmail(email))
  const at = address.indexOf('@')
  const domain = address.slice(at + 1)
  const local = domain === 'gmail.com' ? withoutGmailFreedoms(address.slice(0, at)) : address.slice(0, at)
  if (local === '' || !MAILBOX.test(address) || ENCODED.test(address)) {
    throw argumentError('email', 'must be a local part, one @ and a domain, with nothing around them')
  }
  return `${local}@${domain}`
}

/** The address without surrounding whitespace, otherwise as typed: what an operator may normalise itself. */
export function trimEmail(email: string): string {
  if (typeof email !== 'string') throw argumentError('email', 'must be a string')
  const trimmed = email.trim()
  if (trimmed.length >= 43 && LOOKS_HASHED.test(trimmed)) {
    throw argumentError('email', 'looks already hashed; pass it as emailHash')
  }
  if (!PLAIN.test(trimmed) && (UNSEEN.test(trimmed) || trimmed.normalize('NFKC') !== trimmed)) {
    throw argumentError(
      'email',
      'must not contain whitespace, nor characters that are not seen or stand for others',
    )
  }
  return trimmed
}

/** Operators lower A to Z and nothing else; so does `toLowerCase` where there is nothing else. */
function lowerAscii(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function withoutGmailFreedoms(local: string): string {
  return local.replace(/\+.*/, '').replaceAll('.', '')
}

/**
 * A phone number has to come in E.164 already: nobody but the publisher knows the country, so there is
 * nothing to repair. Returns its argument.
 *
 * @throws TypeError unless it is `+` and 10 to 15 ASCII digits, nothing around them
 * @see https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 * @example normalizePhone('+12345678901') // '+12345678901'
 */
export function normalizePhone(phone: string): string {
  if (typeof phone === 'string' && /^\+[0-9]{10,15}$/.test(phone)) return phone
  throw argumentError('phone', 'must be E.164: + and 10 to 15 digits, nothing else')
}
