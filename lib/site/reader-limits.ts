import 'server-only'
import { currentReader } from '../auth/current-reader'
import { createLimiter } from '../database/limiter'
import type { RequestLike } from '../identity/types'

const subjectLimit = createLimiter('subject', { points: 30, seconds: 60 })

/**
 * Counts one state-changing request of a reader. Returns the seconds to wait when there were too many, else
 * null.
 */
export async function limitReader({ cookies }: Pick<RequestLike, 'cookies'>): Promise<number | null> {
  const reader = await currentReader(cookies)
  return reader && subjectLimit.consume(reader.sub)
}

const sessionLimit = createLimiter('sign-out', { points: 10, seconds: 60 })

/**
 * Counts one sign-out of a session. Per session, so that a stolen session cannot block the sign-out of
 * another.
 */
export const limitSignOuts = (sid: string): Promise<number | null> => sessionLimit.consume(sid)
