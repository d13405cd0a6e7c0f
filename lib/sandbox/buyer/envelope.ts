import 'server-only'

import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * The client side of the encrypted envelope, written separately from the operator's so that tests find a
 * mistake in either.
 */
export interface KeyRequest {
  body: Uint8Array
  nonce: Uint8Array
}

/** A request without JSON: version, IV, sealed (time, nonce). */
export function makeKeyRequest(secret: Uint8Array, nowMs: number): KeyRequest {
  const nonce = randomBytes(8)
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(nowMs))
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', secret, iv)
  const sealed = Buffer.concat([cipher.update(time), cipher.update(nonce), cipher.final()])
  const envelope = Buffer.concat([Buffer.of(1), iv, sealed, cipher.getAuthTag()])
  return { body: Buffer.from(envelope.toString('base64')), nonce }
}

/**
 * The JSON of a base64 response. Throws when it is not sealed with our secret or belongs to another request.
 */
export function openKeyResponse(secret: Uint8Array, body: Uint8Array, nonce: Uint8Array): unknown {
  const plaintext = decrypt(secret, Buffer.from(Buffer.from(body).toString('latin1'), 'base64'))
  if (!plaintext || plaintext.length < 16) throw new Error('the key response does not decrypt')
  if (!timingSafeEqual(plaintext.subarray(8, 16), nonce)) throw new Error('nonce mismatch')
  return JSON.parse(plaintext.subarray(16).toString('utf8'))
}

/** Decrypts IV ‖ ciphertext ‖ tag, the layout of tokens and responses. Null when the key does not fit. */
export function decrypt(key: Uint8Array, blob: Uint8Array): Buffer | null {
  const end = blob.length - 16
  if (end < 12) return null
  const decipher = createDecipheriv('aes-256-gcm', key, blob.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(blob.subarray(end))
  try {
    const head = decipher.update(blob.subarray(12, end))
    return Buffer.concat([head, decipher.final()])
  } catch {
    return null
  }
}
