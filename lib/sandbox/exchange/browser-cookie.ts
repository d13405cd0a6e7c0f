import 'server-only'

import { randomBytes } from 'node:crypto'

const NAME = 'sandbox_exchange'
const PATH = '/sandbox/exchange'

/** The browser's id from the exchange's own cookie. Undefined: the exchange has not seen it. */
export function browserOf(request: Request): string | undefined {
  const pairs = (request.headers.get('cookie') ?? '').split('; ')
  const value = pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1)
  return value !== undefined && /^[A-Za-z0-9_-]{22}$/.test(value) ? value : undefined
}

/**
 * Whether the caller would send our cookie back: it is a page of this site. A server does not keep cookies,
 * and a browser does not accept one from a page of another site.
 */
export function wouldKeepCookie(request: Request, origin: string): boolean {
  // Browsers send it over https and on this machine. Elsewhere there is only `Origin`.
  const site = request.headers.get('sec-fetch-site')
  return site === null ? request.headers.get('origin') === origin : site === 'same-origin'
}

export function newBrowser(): string {
  return randomBytes(16).toString('base64url')
}

/** A session cookie, only for the exchange and not readable by script. */
export function browserCookie(browser: string, origin: string): string {
  const secure = origin.startsWith('https:') ? '; Secure' : ''
  return `${NAME}=${browser}; Path=${PATH}; HttpOnly; SameSite=Lax${secure}`
}
