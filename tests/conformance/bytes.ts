// Web APIs only: these tests also run in browsers. Nothing comes from lib/uid2, so that an error in it is noticed.

type Bytes = Uint8Array<ArrayBuffer>

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text)

export const fromHex = (hex: string): Bytes =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))

export const toHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

export const fromBase64 = (text: string): Bytes =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

export const toBase64 = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes))

export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const aesKey = (key: Bytes) => crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])

/** IV ‖ ciphertext ‖ tag. */
export async function encrypt(key: Bytes, plaintext: Bytes): Promise<Bytes> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await aesKey(key), plaintext)
  return concat(iv, new Uint8Array(sealed))
}

export async function decrypt(key: Bytes, sealed: Bytes): Promise<Bytes> {
  const iv = sealed.subarray(0, 12)
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, await aesKey(key), sealed.subarray(12))
  return new Uint8Array(opened)
}

export const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
