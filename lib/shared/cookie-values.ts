/** More of one name than this is no browser's doing. */
export const mostValues = 10

/**
 * Every value of one cookie in a raw `Cookie` header, in its order. A browser sends a name twice when it has it for
 * two paths or two domains; the cookies that Next reads, and so the site and next-auth, hold the last one.
 */
export function cookieValues(header: string | null, name: string): string[] {
  const pairs = (header ?? '').split(/; */).filter((pair) => pair.startsWith(`${name}=`))
  return pairs.slice(-mostValues).flatMap((pair) => {
    try {
      return [decodeURIComponent(pair.slice(name.length + 1))]
    } catch {
      return []
    }
  })
}
