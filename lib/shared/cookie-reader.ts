/** Read access to request cookies: a page's `cookies()` and a proxy's `request.cookies` both have it. */
export interface CookieReader {
  get(name: string): { value: string } | undefined
}

/** The same over a `Cookie` header. */
export function cookiesOf(header: string): CookieReader {
  const pairs = header.split(';').map((pair) => pair.trim())
  return {
    get(name) {
      const pair = pairs.find((each) => each.startsWith(`${name}=`))
      return pair === undefined ? undefined : { value: pair.slice(name.length + 1) }
    },
  }
}
