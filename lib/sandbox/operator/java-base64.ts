import 'server-only'

/**
 * Base64 as `java.util.Base64.getDecoder()` reads it, because that is what the real operator uses: no white
 * space, no line end, no URL alphabet; padding may be missing but not wrong; left-over bits may be anything.
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
