import 'server-only'
import type { Reader, RequestLike } from '../identity/types'
import { isSignInCookie } from './cookie-names'
import { readSession } from './session'

/**
 * The reader of this request's session cookie, or null. It does not know whether the session was signed out
 * of: only the store does, so ask `lib/identity` where that matters.
 */
export async function currentReader(cookies: RequestLike['cookies']): Promise<Reader | null> {
  const claims = await readSession(cookies)
  if (claims === null) return null
  const { sub, sid, dii, otherDii, exp } = claims
  return { sub, sid, dii, otherDii, sessionEnds: exp * 1000 }
}

/** Whether a cookie belongs to the sign-in, and is deleted at sign-out. */
export const isSessionCookie: (name: string) => boolean = isSignInCookie
