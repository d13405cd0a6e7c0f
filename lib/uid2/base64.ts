/**
 * The operator reads strict RFC 4648 §4 base64: standard alphabet, padded, no whitespace. `atob` alone
 * is more forgiving, so the shape is checked first.
 */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Bytes to base64. Meant for envelopes and hashes, a few hundred bytes. */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** Base64 to bytes; `undefined` when the text is not base64, because only the caller knows whose fault that is. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!BASE64.test(text)) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** A 256-bit value in base64, as client secrets, response keys and hashes are; else `undefined`. */
export function decode32Bytes(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  const bytes = typeof text === 'string' ? decodeBase64(text) : undefined
  return bytes?.length === 32 ? bytes : undefined
}
