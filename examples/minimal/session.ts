import 'server-only'
import { randomUUID } from 'node:crypto'
import type { AuthOptions } from 'next-auth'
import { decode } from 'next-auth/jwt'
import type { Reader, RequestLike } from '@/lib/identity/types'
import { consent } from './consent'
import { isHttps, variable } from './environment'

declare module 'next-auth/jwt' {
  interface JWT {
    /** The session's id, from the sign-in. */
    sid: string
    exp: number
  }
}

/** Who is signed in, from next-auth's cookie. Null: nobody, or the cookie cannot be read. */
export async function currentReader({ cookies }: RequestLike): Promise<Reader | null> {
  const name = `${isHttps() ? '__Secure-' : ''}next-auth.session-token`
  // next-auth splits a long one.
  const token = ['', '.0', '.1', '.2', '.3'].map((end) => cookies.get(name + end)?.value ?? '').join('')
  const session = await decode({ token, secret: variable('NEXTAUTH_SECRET') }).catch(() => null)
  if (!session?.sub || !session.sid || !session.email) return null
  const { sub, sid, email, exp } = session
  return { sub, sid, dii: { kind: 'email', value: email }, sessionEnds: exp * 1000 }
}

/** For the options of next-auth: an identity belongs to one session, so each has an id, and its end is on record. */
export const sessionHooks: Pick<AuthOptions, 'callbacks' | 'events'> = {
  callbacks: {
    // `user` is there at a sign-in. The address is kept only here, in next-auth's encrypted cookie.
    jwt: ({ token, user }) => (user ? { ...token, sid: randomUUID() } : token),
  },
  events: {
    // Then no late refresh brings the identity back, and the proxy deletes its cookie with the next page.
    signOut: ({ token }) => consent.endSession(token.sid, token.exp * 1000),
  },
}
