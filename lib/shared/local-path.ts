/** Characters. It has to fit into a cookie, sealed or percent-encoded; a longer cookie is dropped without a word. */
const longest = 1024

/**
 * A path on this site as a header may hold it, or null. `//host` and `/\host` look like paths but lead
 * elsewhere, and browsers drop tabs and line breaks before they read a URL.
 */
export function localPath(value: unknown): string | null {
  // Half a character (Cs) cannot be encoded.
  if (typeof value !== 'string' || !/^\/(?![/\\])[^\\\p{Cc}\p{Cs}]*$/u.test(value)) return null
  const path = value.replace(/[^!-~]+/g, encodeURIComponent)
  return path.length <= longest ? path : null
}
