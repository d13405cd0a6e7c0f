/**
 * The operator reads strict RFC 4648 §4 base64: standard alphabet, padded, no whitespace. `atob` alone
 * is more forgiving, so the shape is checked first.
 */
const OTHER = /[^A-Za-z0-9+/]/

/** As many arguments as fit on any stack. */
const CHUNK = 8192

export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, at + CHUNK))
  }
  return btoa(binary)
}

/** Base64 to bytes; `undefined` when the text is not base64, because only the caller knows whose fault that is. */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (text.length % 4 !== 0 || OTHER.test(text.slice(0, text.length - padding))) return undefined
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** A 256-bit value in base64, as client secrets, response keys and hashes are; else `undefined`. */
export function decode32Bytes(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  const bytes = typeof text === 'string' && text.length === 44 ? decodeBase64(text) : undefined
  return bytes?.length === 32 ? bytes : undefined
}
