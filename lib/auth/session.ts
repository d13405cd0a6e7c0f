import 'server-only'
import { decode } from 'next-auth/jwt'
import { z } from 'zod'
import { env } from '../env/env'
import type { RequestLike } from '../identity/types'
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
  try {
    const read = claims.parse(await decode({ token, secret: env().nextAuthSecret }))
    return hasEnded(read) ? null : read
  } catch {
    return null
  }
}

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
