import { argumentError } from './arguments.ts'

/** Hex or base64 of 32 bytes: nobody's address, but what a mapping mistake passes as one. */
const LOOKS_HASHED = /^(?:[0-9a-f]{64}|[A-Za-z0-9+/_-]{43}=?)$/i

/** Printable ASCII, as nearly every address is: neither ambiguous nor with letters that are hard to lower. */
const PLAIN = /^[\x21-\x7e]+$/

/** Whitespace, control characters and lone surrogates, of which no two implementations make the same bytes. */
const AMBIGUOUS = /[\s\p{Cc}\p{Cs}]/u

/**
 * The one spelling of an e-mail address that everybody hashes: surrounding whitespace off, ASCII letters
 * lower-case, and for `gmail.com` no dots and no `+tag` in the local part.
 *
 * Letters outside ASCII stay as they are and `googlemail.com` is a domain like any other, because the
 * operator has it so. Inner whitespace is refused: operator, server SDKs and browser SDKs each make
 * something different of it, and a token for an address that nobody else computes matches nobody.
 *
 * @throws TypeError when it is not one local part and one domain, or looks like a hash
 * @see https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 * @example normalizeEmail(' Jane.Saoirse+Work@Gmail.com ') // 'janesaoirse@gmail.com'
 */
export function normalizeEmail(email: string): string {
  const address = lowerAscii(trimEmail(email))
  const at = address.indexOf('@')
  const domain = address.slice(at + 1)
  const local = domain === 'gmail.com' ? withoutGmailFreedoms(address.slice(0, at)) : address.slice(0, at)
  if (at < 0 || local === '' || domain === '' || domain.includes('@')) {
    throw argumentError('email', 'must have one @ between a local part and a domain')
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
  if (!PLAIN.test(trimmed) && AMBIGUOUS.test(trimmed)) {
    throw argumentError('email', 'must not contain whitespace or control characters')
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
