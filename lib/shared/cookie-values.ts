/** No browser sends one cookie name more often than this. */
export const maxValues = 10

/**
 * All values of one cookie in a raw `Cookie` header, in order. A browser sends a name twice when it has that
 * cookie for two paths or two domains. Next's cookies, and so the site and next-auth, see only the last one.
 */
export function cookieValues(header: string | null, name: string): string[] {
  const values = rawCookieValues(header, name)
  return values.slice(-maxValues).flatMap((value) => {
    try {
      return [decodeURIComponent(value)]
    } catch {
      return []
    }
  })
}

/** The values as sent, also those that cannot be decoded. A name without a value gives an empty string. */
const rawCookieValues = (header: string | null, name: string): string[] =>
  pairsOf(header).flatMap((pair) => (nameOf(pair) === name ? [pair.slice(name.length + 1)] : []))

const pairsOf = (header: string | null): string[] =>
  (header ?? '').split(';').flatMap((pair) => pair.trim() || [])

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? ''
