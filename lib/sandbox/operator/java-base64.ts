import 'server-only'

/**
 * Base64 as `java.util.Base64.getDecoder()` reads it, because the real operator uses it: no whitespace, no
 * line end, no URL alphabet. Padding may be missing but not wrong, and unused bits may have any value.
 * https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/util/Base64.Decoder.html
 */
export function decodeBase64(text: string): Buffer | null {
  const shape = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text)
  if (!shape || text.endsWith('\n')) return null
  const dangling = (shape[1] ?? '').length % 4
  const padding = (shape[2] ?? '').length
  if (dangling === 1) return null
  if (padding > 0 && padding !== (4 - dangling) % 4) return null
  return Buffer.from(text, 'base64')
}
