import 'server-only'
import type { CookieReader } from '../shared/cookie-reader.ts'
import { cookieValues } from '../shared/cookie-values.ts'
import { cookieName, isSignInCookie } from './cookie-names.ts'
import { maskDii } from './dii.ts'
import type { Reader } from './reader.ts'
import { readClaims } from './session.ts'

/**
 * The reader whose session cookie this request carries, or null. Whether that session was signed out of
 * is known to the store, so ask `lib/identity`'s reader where it matters.
 */
export async function currentReader(cookies: CookieReader): Promise<Reader | null> {
  const claims = await readClaims(cookies)
  if (claims === null) return null
  const { sub, sid, dii, otherDii, exp } = claims
  const maskedName = typeof dii === 'string' ? 'a reader' : maskDii(dii)
  return { sub, sid, dii, otherDii, maskedName, sessionEnds: exp * 1000 }
}

/**
 * The readers of every session cookie in a raw `Cookie` header. A browser may send the name twice, of which
 * `currentReader` sees the last one alone: a sign-out ends each.
 */
export async function readersOf(cookieHeader: string | null): Promise<Reader[]> {
  const session = cookieName('session')
  const values = cookieValues(cookieHeader, session)
  const jars: CookieReader[] = values.map((value) => ({
    get: (name) => (name === session ? { value } : undefined),
  }))
  // In chunks, which only a session that was not set whole has.
  const chunked: CookieReader = {
    get: (name) =>
      cookieValues(cookieHeader, name)
        .map((value) => ({ value }))
        .at(-1),
  }
  const readers = await Promise.all((jars.length > 0 ? jars : [chunked]).map(currentReader))
  return readers.filter((reader) => reader !== null)
}

/** Whether a cookie is of the sign-in, and so goes at sign-out. */
export const isSessionCookie: (name: string) => boolean = isSignInCookie
