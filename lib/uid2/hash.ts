import { argumentError } from './arguments'
import { decode32Bytes, encodeBase64 } from './base64'
import { normalizeEmail, normalizePhone } from './normalize'

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
