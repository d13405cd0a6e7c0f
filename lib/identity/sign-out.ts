import 'server-only'
import { currentReader, isSessionCookie } from '../auth/current-reader.ts'
import { recordEnd } from '../choices/access.ts'
import type { CookieReader } from '../shared/cookie-reader.ts'
import { identityCookieName } from './cookie.ts'

interface Jar extends CookieReader {
  getAll(): { name: string }[]
  set(name: string, value: string, attributes: object): unknown
}

/** Ends the session for good: no response that is still under way can bring it back. */
export async function endSession(cookies: CookieReader): Promise<void> {
  const reader = await currentReader(cookies)
  // With the store down the cookies still go, and the end is recorded as soon as it is back.
  if (reader) await recordEnd((store) => store.endSession(reader.sid, reader.sessionEnds)).catch(() => {})
}

/** Ends the session and deletes next-auth's and our cookies, each with the attributes it was set with. */
export async function signOutOf(jar: Jar): Promise<void> {
  await endSession(jar)
  for (const { name } of jar.getAll())
    if (name === identityCookieName() || isSessionCookie(name)) dropCookie(jar, name)
}

export function dropCookie(jar: Pick<Jar, 'set'>, name: string): void {
  const secure = name.startsWith('__')
  // Next loses `Max-Age=0` where `cookies()` was written to as well.
  jar.set(name, '', { path: '/', maxAge: 0, expires: new Date(0), httpOnly: true, sameSite: 'lax', secure })
}

/** At a new sign-in: the session that this browser had before ends, and its identity cookie goes. */
export async function startAfresh(before: CookieReader, response: Pick<Jar, 'set'>): Promise<void> {
  await endSession(before)
  if (before.get(identityCookieName()) !== undefined) dropCookie(response, identityCookieName())
}
