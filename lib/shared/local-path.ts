/** The path and an e-mail address must fit into one cookie, where the path is encoded again. */
const maxLength = 1000

/**
 * A path on this site for a `Location` header, or null. `//host` and `/\host` look like paths but lead to
 * another site. Browsers drop tabs and line breaks before they read a URL.
 */
export function localPath(value: unknown): string | null {
  if (typeof value !== 'string' || !/^\/(?![/\\])[^\\\p{Cc}\p{Cs}]*$/u.test(value)) return null
  const path = value.replace(/[^!-~]+/g, encodeURIComponent)
  return path.length <= maxLength ? path : null
}
