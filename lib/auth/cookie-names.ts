import 'server-only'
import { env } from '../env/env'

/**
 * The cookies of the sign-in, under names of this site. next-auth's default names have at most the prefix
 * `__Secure-`, and a sibling host of the same domain can set those. Browsers accept `__Host-` only from this
 * host and only over https.
 */
const names = {
  session: 'lantern-session',
  csrf: 'lantern-csrf',
  callbackUrl: 'lantern-callback-url',
  pkce: 'lantern-pkce',
  state: 'lantern-state',
  nonce: 'lantern-nonce',
  /** A proof in progress. It holds an address. */
  pending: 'sign-in',
} as const

export const cookieName = (cookie: keyof typeof names): string =>
  `${env().secureCookies ? '__Host-' : ''}${names[cookie]}`

// next-auth splits a session that is too long for one cookie into `name.0`, `name.1`, …
const signInCookies = new RegExp(`^(__Host-)?(${Object.values(names).join('|')}|${names.session}\\.\\d+)$`)

/**
 * Whether a cookie belongs to the sign-in, with or without the https prefix. Sign-out deletes all of them.
 */
export const isSignInCookie = (name: string): boolean => signInCookies.test(name)
