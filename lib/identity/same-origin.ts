import 'server-only'
import { env } from '../env/server.ts'
import { isLoopback } from '../shared/loopback.ts'

/**
 * Whether a state-changing request comes from this site's own pages, or from a caller that is no browser
 * and names the site's origin. Each proof that is present must hold, and one must be: Next runs an action
 * that has no Origin at all, and lax cookies do travel between ports of one host.
 */
export function isSameOrigin(headers: { get(name: string): string | null }): boolean {
  const site = headers.get('sec-fetch-site')
  const origin = headers.get('origin')
  if (site === null && origin === null) return false
  return (site === null || site === 'same-origin') && (origin === null || isOurs(origin, env().origin))
}

/** On one's own machine the site has three names; anywhere else only that of NEXTAUTH_URL counts. */
export function isOurs(origin: string, ours: string): boolean {
  if (origin === ours) return true
  if (!URL.canParse(origin)) return false
  const [a, b] = [new URL(origin), new URL(ours)]
  return isLoopback(a.hostname) && isLoopback(b.hostname) && a.protocol === b.protocol && a.port === b.port
}
