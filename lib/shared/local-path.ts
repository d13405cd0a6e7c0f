/**
 * A path on this site, or null. `//host` and `/\host` look like paths but lead elsewhere, and browsers
 * drop tabs and line breaks before they read a URL.
 */
export const localPath = (value: unknown): string | null =>
  typeof value === 'string' && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(value) ? value : null
