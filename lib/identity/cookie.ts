import 'server-only'
import { env } from '../env/server.ts'

/** `__Host-` binds the cookie to this very host; browsers take the prefix over https alone. */
export const identityCookieName = (): string =>
  env().secureCookies ? `__Host-${env().product}` : env().product

/** One attribute set for writing and for deleting: a deletion with other attributes is ignored. */
export const identityCookieAttributes = (maxAgeSeconds: number) => ({
  httpOnly: true,
  sameSite: 'lax' as const,
  secure: env().secureCookies,
  path: '/',
  maxAge: maxAgeSeconds,
})

/** Whole seconds that an identity cookie may live: as long as both the refresh token and the session. */
export const identityMaxAge = (refreshExpires: number, sessionEnds: number, now: number): number =>
  Math.max(0, Math.floor((Math.min(refreshExpires, sessionEnds) - now) / 1000))
