/** More of one name than this is no browser's doing. */
export const maxValues = 10

/**
 * Every value of one cookie in a raw `Cookie` header, in its order. A browser sends a name twice when it has it for
 * two paths or two domains; the cookies that Next reads, and so the site and next-auth, hold the last one.
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

/** The same as they were sent: those that cannot be decoded, too, and a name without a value as an empty one. */
const rawCookieValues = (header: string | null, name: string): string[] =>
  pairsOf(header).flatMap((pair) => (nameOf(pair) === name ? [pair.slice(name.length + 1)] : []))

const pairsOf = (header: string | null): string[] =>
  (header ?? '').split(';').flatMap((pair) => pair.trim() || [])

const nameOf = (pair: string): string => pair.split('=', 1)[0] ?? ''
