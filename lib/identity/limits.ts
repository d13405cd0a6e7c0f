import 'server-only'
import { currentReader } from '../auth/current-reader.ts'
import { limiter } from '../database/limits.ts'
import type { CookieReader } from '../shared/cookie-reader.ts'

const subjectLimit = limiter('subject', { points: 30, seconds: 60 })

/** Counts one state-changing request of a reader: seconds to wait when there were too many, else null. */
export const overLimit = (sub: string): Promise<number | null> => subjectLimit.consume(sub)

const sessionLimit = limiter('sign-out', { points: 10, seconds: 60 })

/** Counts one sign-out of a session: by the session, so that one that was stolen keeps no other from signing out. */
export const limitSignOuts = (sid: string): Promise<number | null> => sessionLimit.consume(sid)

/** The same for whoever is signed in; signed out there is nothing to limit. */
export async function limitReader(cookies: CookieReader): Promise<number | null> {
  const reader = await currentReader(cookies)
  return reader && overLimit(reader.sub)
}
