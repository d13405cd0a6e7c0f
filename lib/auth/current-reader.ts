import 'server-only'
import type { CookieReader } from '../shared/cookie-reader.ts'
import { isSignInCookie } from './cookie-names.ts'
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

/** Whether a cookie is of the sign-in, and so goes at sign-out. */
export const isSessionCookie: (name: string) => boolean = isSignInCookie
