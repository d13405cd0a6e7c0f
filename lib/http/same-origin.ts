import 'server-only'
import { env } from '../env/server'
import { isLoopback } from '../shared/loopback'

interface Named {
  get(name: string): string | null
}

/**
 * Whether a state-changing request comes from this site's own pages, or from a caller that is no browser
 * and names the site's origin. Each proof that is present must hold, and one must be: old browsers send
 * neither from another site's form, and lax cookies do travel between ports of one host.
 */
export const isSameOrigin = (headers: Named): boolean =>
  (headers.get('sec-fetch-site') ?? headers.get('origin')) !== null && !isCrossSite(headers)

/** Whether a browser says that the request comes from elsewhere; a caller that is no browser says nothing. */
export function isCrossSite(headers: Named): boolean {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  return (site !== null && site !== 'same-origin') || (origin !== null && !isOwnOrigin(origin, env().origin))
}

/** On one's own machine the site has three names; anywhere else only that of NEXTAUTH_URL counts. */
export function isOwnOrigin(origin: string, ours: string): boolean {
  if (origin === ours) return true
  if (!URL.canParse(origin)) return false
  const [a, b] = [new URL(origin), new URL(ours)]
  return isLoopback(a.hostname) && isLoopback(b.hostname) && a.protocol === b.protocol && a.port === b.port
}
