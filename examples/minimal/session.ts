import 'server-only'
import { randomUUID } from 'node:crypto'
import type { AuthOptions } from 'next-auth'
import { decode } from 'next-auth/jwt'
import type { Reader, RequestLike } from '@/lib/identity/types'
import { consent } from './consent'
import { isHttps, variable } from './environment'

declare module 'next-auth/jwt' {
  interface JWT {
    /** The session's id, from the sign-in. Without it there is no identity. */
    sid?: string
    exp: number
  }
}

/** The signed-in reader, from next-auth's cookie, which may be in pieces. Null: signed out, or it cannot be read. */
export async function currentReader({ cookies }: RequestLike): Promise<Reader | null> {
  const name = `${isHttps() ? '__Secure-' : ''}next-auth.session-token`
  const token = ['', '.0', '.1', '.2', '.3'].map((end) => cookies.get(name + end)?.value ?? '').join('')
  const session = await decode({ token, secret: variable('NEXTAUTH_SECRET') }).catch(() => null)
  if (!session?.sub || !session.sid || !session.email) return null
  const { sub, sid, email, exp } = session
  return { sub, sid, dii: { kind: 'email', value: email }, sessionEnds: exp * 1000 }
}

/** Options of next-auth, with an id for each session and its end on record: an identity belongs to one session. */
export const withSessionIds = (options: AuthOptions): AuthOptions => ({
  ...options,
  callbacks: {
    ...options.callbacks,
    // `user` is there at a sign-in. An address that the provider has not verified may be another person's.
    async jwt(given) {
      const token = (await options.callbacks?.jwt?.(given)) ?? given.token
      const { email_verified: verified = true } = (given.profile ?? {}) as { email_verified?: unknown }
      return given.user ? { ...token, sid: verified === true ? randomUUID() : undefined } : token
    },
  },
  events: {
    ...options.events,
    // Then no late refresh brings the identity back, and the proxy deletes its cookie with the next page.
    async signOut(given) {
      if (given.token.sid) await consent.endSession(given.token.sid, given.token.exp * 1000)
      await options.events?.signOut?.(given)
    },
  },
})
