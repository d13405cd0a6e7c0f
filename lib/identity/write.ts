import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { logEvent } from '../observe/log.ts'
import { withCookie } from '../shared/cookie-values.ts'
import type { Advanced } from './advance.ts'
import { identityCookieAttributes, identityCookieName, identityMaxAge } from './cookie.ts'
import { seal } from './seal.ts'
import { sixFields } from './six-fields.ts'

type CookieValue = [name: string, value: string, attributes: ReturnType<typeof identityCookieAttributes>]

/** A route handler's `cookies()` and a response's `cookies` both fit. */
interface CookieWriter {
  set(...cookie: CookieValue): unknown
}

/** The identity cookie that a decision asks for; null: leave it as it is. */
async function cookieFor(cookie: Advanced['cookie']): Promise<CookieValue | null> {
  if (cookie === 'keep') return null
  if (cookie === 'clear') return [identityCookieName(), '', identityCookieAttributes(0)]
  const { identity, reader, consent } = cookie
  const { sub, sid, sessionEnds } = reader
  const seconds = identityMaxAge(identity.refresh_expires, sessionEnds, Date.now())
  const value = await seal({ sub, sid, consent, identity: sixFields(identity) }, seconds)
  const fits = value.length <= largestValue
  if (!fits) logEvent('error', 'identity_too_large', { size: value.length })
  return seconds > 0 && fits
    ? [identityCookieName(), value, identityCookieAttributes(seconds)]
    : [identityCookieName(), '', identityCookieAttributes(0)]
}

/** Browsers drop a larger cookie without a word. */
const largestValue = 3800

/** For route handlers. */
export async function writeIdentity(jar: CookieWriter, cookie: Advanced['cookie']): Promise<void> {
  const value = await cookieFor(cookie)
  if (value) jar.set(...value)
}

/**
 * The only builder of the proxy's pass-on response. Pages and handlers of the same request read
 * the new cookie only when it is put on the request first and the request then handed on; the browser
 * gets it from the response, which no shared cache may keep: a prerendered page would take the cookie of
 * one reader to the next.
 */
export async function passOn(request: NextRequest, cookie: Advanced['cookie']): Promise<NextResponse> {
  const value = await cookieFor(cookie)
  if (!value) return NextResponse.next()
  const [name, sealed] = value
  // Not by `cookies.set`, which writes all cookies anew: a consent cookie that cannot be read would be gone.
  const cookies = withCookie(request.headers.get('cookie'), name, sealed)
  if (cookies === '') request.headers.delete('cookie')
  else request.headers.set('cookie', cookies)
  // With these Next would answer 304, and a cache would add the cookie to the page that it keeps.
  for (const header of ['if-none-match', 'if-modified-since']) request.headers.delete(header)
  const response = NextResponse.next({ request: { headers: request.headers } })
  response.cookies.set(...value)
  // It would have Next do the same, for a cookie that is on the request already.
  response.headers.delete('x-middleware-set-cookie')
  return keepPrivate(response)
}

/** For a response that is made elsewhere. */
export function keepPrivate(response: NextResponse): NextResponse {
  for (const [header, text] of Object.entries(privateHeaders)) response.headers.set(header, text)
  return response
}

/** Every response that depends on, or changes, a reader's cookies. */
export const privateHeaders = {
  'Cache-Control': 'private, no-store',
  'CDN-Cache-Control': 'no-store',
  Vary: 'Cookie',
}
