import { argumentError } from './arguments.ts'

/** Hex or base64 of 32 bytes: nobody's address, but what a mapping mistake passes as one. */
const LOOKS_HASHED = /^(?:[0-9a-f]{64}|[A-Za-z0-9+/_-]{43}=?)$/i

/** No letter but those that `toLowerCase` and the operator lower alike. */
const ASCII = /^[\x21-\x7e]+$/

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
  const trimmed = trimEmail(email)
  const lowered = ASCII.test(trimmed)
    ? trimmed.toLowerCase()
    : trimmed.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  const [local = '', domain = '', ...more] = lowered.split('@')
  const kept = domain === 'gmail.com' ? local.replace(/\+.*/s, '').replaceAll('.', '') : local
  if (kept === '' || domain === '' || more.length > 0) {
    throw argumentError('email', 'must have one @ between a local part and a domain')
  }
  return `${kept}@${domain}`
}

/** The address without surrounding whitespace, otherwise as typed: what an operator may normalise itself. */
export function trimEmail(email: string): string {
  if (typeof email !== 'string') throw argumentError('email', 'must be a string')
  const trimmed = email.trim()
  if (trimmed.length >= 43 && LOOKS_HASHED.test(trimmed))
    throw argumentError('email', 'looks already hashed; pass it as emailHash')
  if (!ASCII.test(trimmed) && AMBIGUOUS.test(trimmed)) {
    throw argumentError('email', 'must not contain whitespace or control characters')
  }
  return trimmed
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
