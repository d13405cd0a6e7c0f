/** Read access to request cookies: a page's `cookies()` and a proxy's `request.cookies` both have it. */
export interface CookieReader {
  get(name: string): { value: string } | undefined
}
