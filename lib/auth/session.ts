import 'server-only'
import { createHash } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { decode } from 'next-auth/jwt'
import { z } from 'zod'
import { env } from '../env/env'
import type { RequestLike } from '../identity/types'
import { runOutsideRequests } from '../shared/outside-requests'
import { processWide } from '../shared/process-wide'
import { cookieName } from './cookie-names'
import { diiShape } from './read-dii'

/** The contents of next-auth's encrypted JWT, as our sign-in writes them. */
const claims = z.object({
  sub: z.string(),
  sid: z.string(),
  dii: z.union([diiShape, z.enum(['no_dii', 'unverified', 'relay_address', 'bad_phone'])]),
  otherDii: z.array(diiShape),
  exp: z.number(),
})

export type SessionClaims = z.infer<typeof claims>

/** Lifetime of a session, seconds. It does not roll: nothing sets the cookie again after sign-in. */
export const sessionSeconds = 30 * 24 * 60 * 60

/**
 * next-auth's `decode` accepts a token for 15 s after its end, but the record of an ended session may be
 * deleted by then.
 */
export const hasEnded = ({ exp }: { exp: number }): boolean => exp * 1000 <= Date.now()

/**
 * Decodes next-auth's cookie. Unlike next-auth's `getToken`, it ignores the Authorization header. An
 * unreadable cookie means signed out, never an error.
 */
export async function readSession(cookies: RequestLike['cookies']): Promise<SessionClaims | null> {
  const token = joinChunks(cookies, cookieName('session'))
  if (token === '') return null
  const secret = env().nextAuthSecret
  const key = createHash('sha256').update(`${secret}\n${token}`).digest('base64url')
  try {
    const read = decoded().get(key) ?? claims.parse(await decode({ token, secret }))
    if (!decoded().has(key)) runOutsideRequests(() => decoded().set(key, read))
    return hasEnded(read) ? null : read
  } catch {
    return null
  }
}

/**
 * Decoded cookies, for a minute: the proxy, the page and the next requests decode the same one. 2,000 take 2 MB, and
 * are about ten seconds of a busy process. A sign-out does not matter here: the store knows it.
 */
const decoded = () =>
  processWide(
    'sessions',
    () => new LRUCache<string, SessionClaims>({ max: 2_000, ttl: 60_000, ttlAutopurge: true }),
  )

/** next-auth splits a value that is too long for one cookie into `name.0`, `name.1`, … */
function joinChunks(cookies: RequestLike['cookies'], name: string): string {
  const whole = cookies.get(name)?.value
  if (whole !== undefined) return whole
  let joined = ''
  for (let i = 0; ; i++) {
    const chunk = cookies.get(`${name}.${i}`)?.value
    if (chunk === undefined) return joined
    joined += chunk
  }
}
