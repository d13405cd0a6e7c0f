import { createHmac, randomUUID } from 'node:crypto'
import NextAuth from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { isHttps, variable } from '../../../../environment'
import { consent } from '../../../../identity'

const handler = NextAuth({
  session: { strategy: 'jwt' },
  providers: [
    // A demonstration: it believes any address, so it lets nobody in over https, where others could reach the app.
    // Replace it: only an address that the sign-in has verified may become a token.
    Credentials({
      name: 'any address: a demonstration without a password',
      credentials: { email: { label: 'E-mail', type: 'email' } },
      authorize: (given) =>
        given?.email && !isHttps() ? { id: accountOf(given.email), email: given.email } : null,
    }),
  ],
  callbacks: {
    // `user` is there at a sign-in. The address is kept only here, in next-auth's encrypted cookie.
    jwt: ({ token, user }) => (user ? { ...token, sid: randomUUID() } : token),
  },
  events: {
    // On record, so that no refresh that is still under way can bring the identity back. Without a session its cookie
    // is worth nothing, and the proxy deletes it with the next page.
    signOut: ({ token }) => consent.endSession(token.sid, token.exp * 1000),
  },
})

/** The same for the same address, and tells nothing about it. */
function accountOf(email: string): string {
  return createHmac('sha256', variable('NEXTAUTH_SECRET')).update(email.toLowerCase()).digest('base64url')
}

export { handler as GET, handler as POST }
