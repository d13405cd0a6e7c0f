import 'server-only'
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible'
import { currentReader } from '../auth/current-reader.ts'
import type { CookieReader } from '../shared/cookie-reader.ts'
import { singleton } from '../shared/singleton.ts'

const limiter = () => singleton('subject-limit', () => new RateLimiterMemory({ points: 30, duration: 60 }))

/** Counts one state-changing request of a reader: seconds to wait when there were too many, else null. */
export async function overLimit(sub: string): Promise<number | null> {
  try {
    await limiter().consume(sub)
    return null
  } catch (refused) {
    return Math.max(1, Math.ceil((refused as RateLimiterRes).msBeforeNext / 1000))
  }
}

/** The same for whoever is signed in; signed out there is nothing to limit. */
export async function limitReader(cookies: CookieReader): Promise<number | null> {
  const reader = await currentReader(cookies)
  return reader && overLimit(reader.sub)
}
