/** Beside an address it has to fit into a cookie, where it is encoded once more. */
const longest = 1000

/**
 * A path on this site as a `Location` header takes it, or null. `//host` and `/\host` look like paths but
 * lead elsewhere, and browsers drop tabs and line breaks before they read a URL.
 */
export function localPath(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\/(?![/\\])[^\\\p{Cc}\p{Cs}]*$/u.test(value)) return null
  const path = value.replace(/[^!-~]+/g, encodeURIComponent)
  return path.length <= longest ? path : null
}
