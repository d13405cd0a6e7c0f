import 'server-only'
import { decode } from 'next-auth/jwt'
import { z } from 'zod'
import { env } from '../env/server.ts'
import type { CookieReader } from '../shared/cookie-reader.ts'
import { diiShape } from './dii.ts'

/** What our sign-in puts into next-auth's encrypted JWT. */
const claims = z.object({
  sub: z.string(),
  sid: z.string(),
  dii: z.union([diiShape, z.enum(['no_dii', 'unverified', 'relay_address', 'bad_phone'])]),
  otherDii: z.array(diiShape),
  exp: z.number(),
})

export type Claims = z.infer<typeof claims>

export const sessionCookieName = (): string =>
  env().secureCookies ? '__Secure-next-auth.session-token' : 'next-auth.session-token'

/**
 * Any cookie of next-auth's, in chunks or whole, with or without its https prefix, and that of a proof that
 * is under way, which holds an address.
 */
export const isSignInCookie = (name: string): boolean =>
  /^(__Secure-|__Host-)?next-auth\.(session-token(\.\d+)?|csrf-token|callback-url)$/.test(name) ||
  /^(__Host-)?sign-in$/.test(name)

/** Absolute life of a session, seconds. It does not roll: nothing re-sets the cookie after sign-in. */
export const sessionSeconds = 30 * 24 * 60 * 60

/**
 * Decodes next-auth's cookie. Never looks at the Authorization header, which next-auth's own `getToken`
 * accepts too; whatever cannot be read is a signed-out reader, never an error.
 */
export async function readClaims(cookies: CookieReader): Promise<Claims | null> {
  const token = joinChunks(cookies, sessionCookieName())
  if (token === '') return null
  try {
    return claims.parse(await decode({ token, secret: env().nextAuthSecret }))
  } catch {
    return null
  }
}

/** next-auth splits a value that is too long for one cookie over `name.0`, `name.1`, … */
function joinChunks(cookies: CookieReader, name: string): string {
  const whole = cookies.get(name)?.value
  if (whole !== undefined) return whole
  let joined = ''
  for (let i = 0; ; i++) {
    const chunk = cookies.get(`${name}.${i}`)?.value
    if (chunk === undefined) return joined
    joined += chunk
  }
}
