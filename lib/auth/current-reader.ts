import 'server-only'
import type { Reader } from '../identity/types'
import type { CookieReader } from '../shared/cookie-reader'
import { isSignInCookie } from './cookie-names'
import { readSession } from './session'

/**
 * The reader whose session cookie this request carries, or null. Whether that session was signed out of
 * is known to the store, so ask `lib/identity`'s reader where it matters.
 */
export async function currentReader(cookies: CookieReader): Promise<Reader | null> {
  const claims = await readSession(cookies)
  if (claims === null) return null
  const { sub, sid, dii, otherDii, exp } = claims
  return { sub, sid, dii, otherDii, sessionEnds: exp * 1000 }
}

/** Whether a cookie is of the sign-in, and so goes at sign-out. */
export const isSessionCookie: (name: string) => boolean = isSignInCookie
