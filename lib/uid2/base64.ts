/**
 * The operator accepts strict RFC 4648 §4 base64: standard alphabet, padded, no whitespace. `atob` accepts
 * more, so the text is checked first.
 */
const NOT_BASE64 = /[^A-Za-z0-9+/]/

/** The number of arguments that fits on any engine's stack. */
const CHUNK_BYTES = 8192

export function encodeBase64(bytes: Uint8Array): string {
  if (bytes.length <= CHUNK_BYTES) return btoa(toBinary(bytes))
  let binary = ''
  for (let i = 0; i < bytes.length; i += CHUNK_BYTES) binary += toBinary(bytes.subarray(i, i + CHUNK_BYTES))
  return btoa(binary)
}

const toBinary = (bytes: Uint8Array): string => Reflect.apply(String.fromCharCode, null, bytes)

/**
 * Base64 to bytes. `undefined` when the text is not base64, because only the caller knows which error that
 * is.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  if (text.length % 4 !== 0 || NOT_BASE64.test(text.slice(0, text.length - padding))) return undefined
  const binary = atob(text)
  const bytes = new Uint8Array(binary.length)
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i)
  return bytes
}

/** A 256-bit value in base64, such as a client secret, response key or hash. Else `undefined`. */
export function decode32Bytes(text: unknown): Uint8Array<ArrayBuffer> | undefined {
  const bytes = typeof text === 'string' && text.length === 44 ? decodeBase64(text) : undefined
  return bytes?.length === 32 ? bytes : undefined
}
