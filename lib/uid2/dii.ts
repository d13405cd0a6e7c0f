import { argumentError } from './arguments'
import { decode32Bytes, encodeBase64 } from './base64'
import { normalizeEmail, normalizePhone, trimEmail } from './normalize'

const encoder = new TextEncoder()

/**
 * SHA-256 of the normalised address, in base64 (44 characters). A hash is still personal data.
 *
 * @throws TypeError as {@link normalizeEmail}
 * @see https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 * @example await hashEmail('USER@example.com') // 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='
 */
export async function hashEmail(email: string): Promise<string> {
  return encodeBase64(new Uint8Array(await sha256(normalizeEmail(email))))
}

/**
 * SHA-256 of an E.164 phone number, in base64 (44 characters).
 *
 * @throws TypeError as {@link normalizePhone}
 * @see https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 * @example await hashPhone('+12345678901') // 'EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4='
 */
export async function hashPhone(phone: string): Promise<string> {
  return encodeBase64(new Uint8Array(await sha256(normalizePhone(phone))))
}

/**
 * A hash from the caller, as base64. Hex is accepted too, because many databases store it and the operator
 * accepts it.
 */
export function toBase64Hash(hash: string, name: string): string {
  const bytes = typeof hash === 'string' && /^[0-9a-f]{64}$/i.test(hash) ? fromHex(hash) : decode32Bytes(hash)
  if (!bytes) throw argumentError(name, 'must be a SHA-256 in base64 (44 characters) or hex (64)')
  return encodeBase64(bytes)
}

const sha256 = (text: string): Promise<ArrayBuffer> => crypto.subtle.digest('SHA-256', encoder.encode(text))

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  )
}

/** One person's directly identifying information (DII): exactly one of the four. */
export type DiiInput = { email: string } | { phone: string } | { emailHash: string } | { phoneHash: string }

const KINDS = ['email', 'phone', 'emailHash', 'phoneHash'] as const

/**
 * The identity field of a request. By default addresses are hashed here, as in the official server SDKs, so
 * the operator never sees them. With `sendRaw` the operator normalises and hashes. Both reject the same
 * input.
 */
export async function toIdentityField(input: DiiInput, sendRaw: boolean): Promise<Record<string, string>> {
  const given: Partial<Record<(typeof KINDS)[number], string>> = input ?? {}
  const [kind, ...more] = KINDS.filter((name) => given[name] !== undefined)
  if (!kind || more.length > 0) throw argumentError('input', `must have exactly one of ${KINDS.join(', ')}`)
  const value = given[kind] as string
  switch (kind) {
    case 'email':
      if (!sendRaw) return { email_hash: await hashEmail(value) }
      normalizeEmail(value)
      return { email: trimEmail(value) }
    case 'phone':
      return sendRaw ? { phone: normalizePhone(value) } : { phone_hash: await hashPhone(value) }
    case 'emailHash':
      return { email_hash: toBase64Hash(value, kind) }
    case 'phoneHash':
      return { phone_hash: toBase64Hash(value, kind) }
  }
}
