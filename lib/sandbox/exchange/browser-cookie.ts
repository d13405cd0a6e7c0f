import 'server-only'

import { randomBytes } from 'node:crypto'

const NAME = 'sandbox_exchange'
const PATH = '/sandbox/exchange'

/** Which browser asks, by the exchange's own cookie; undefined: none that it has met. */
export function browserOf(request: Request): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split('; ')
  const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1)
  return value !== undefined && /^[A-Za-z0-9_-]{22}$/.test(value) ? value : undefined
}

/**
 * Whether a cookie of ours would come back: the caller is a page of this site. A server has no use for one, and
 * a browser does not take it from a page of another site.
 */
export function wouldKeepCookie(request: Request, origin: string): boolean {
  // Browsers say so over https and on this machine; elsewhere there is only `Origin`.
  const site = request.headers.get('sec-fetch-site')
  return site === null ? request.headers.get('origin') === origin : site === 'same-origin'
}

export function newBrowser(): string {
  return randomBytes(16).toString('base64url')
}

/** Until the browser is closed, for the exchange alone, and for no script. */
export function browserCookie(browser: string, origin: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : ''
  return `${NAME}=${browser}; Path=${PATH}; HttpOnly; SameSite=Lax${secure}`
}
