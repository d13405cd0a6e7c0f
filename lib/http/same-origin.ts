import 'server-only'
import { env } from '../env/env'
import { isLoopback } from '../shared/loopback'

interface HeaderReader {
  get(name: string): string | null
}

/**
 * Whether a state-changing request comes from this site's own pages, or from a caller that is no browser and
 * names the site's origin. Every header that is present must match, and one must be present: old browsers
 * send neither from another site's form, and SameSite=Lax cookies are sent between ports of one host.
 */
export const isSameOrigin = (headers: HeaderReader): boolean =>
  (headers.get('sec-fetch-site') ?? headers.get('origin')) !== null && !isCrossSite(headers)

/** Whether a browser reports another origin. A caller that is no browser sends neither header. */
export function isCrossSite(headers: HeaderReader): boolean {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  return (site !== null && site !== 'same-origin') || (origin !== null && !isOwnOrigin(origin, env().origin))
}

/**
 * A local site has three names (`localhost`, `127.0.0.1`, `[::1]`). Otherwise only NEXTAUTH_URL's origin
 * counts.
 */
export function isOwnOrigin(origin: string, own: string): boolean {
  if (origin === own) return true
  if (!URL.canParse(origin)) return false
  const [a, b] = [new URL(origin), new URL(own)]
  return isLoopback(a.hostname) && isLoopback(b.hostname) && a.protocol === b.protocol && a.port === b.port
}
