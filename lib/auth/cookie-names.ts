import 'server-only'
import { env } from '../env/server'

/**
 * The cookies of the sign-in, under names of the site's own: next-auth's default names are `__Secure-` at most, which
 * a sibling host of the same domain can set. `__Host-` is taken from this very host alone, and over https alone.
 */
const names = {
  session: 'lantern-session',
  csrf: 'lantern-csrf',
  callbackUrl: 'lantern-callback-url',
  pkce: 'lantern-pkce',
  state: 'lantern-state',
  nonce: 'lantern-nonce',
  /** A proof that is under way; it holds an address. */
  pending: 'sign-in',
} as const

export const cookieName = (cookie: keyof typeof names): string =>
  `${env().secureCookies ? '__Host-' : ''}${names[cookie]}`

// next-auth splits a session that is too long for one cookie over `name.0`, `name.1`, …
const ofSignIn = new RegExp(`^(__Host-)?(${Object.values(names).join('|')}|${names.session}\\.\\d+)$`)

/** Whether a cookie is of the sign-in, with or without its https prefix: all of them go at sign-out. */
export const isSignInCookie = (name: string): boolean => ofSignIn.test(name)
