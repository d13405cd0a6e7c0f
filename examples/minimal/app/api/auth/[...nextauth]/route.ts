import { createHmac } from 'node:crypto'
import NextAuth from 'next-auth'
import Credentials from 'next-auth/providers/credentials'
import { isHttps, variable } from '../../../../environment'
import { withSessionIds } from '../../../../session'

const handler = NextAuth(
  withSessionIds({
    providers: [
      // A demonstration: it believes any address, so it refuses all sign-ins over https, where others could come.
      // Replace it: only an address that the sign-in has verified may become a token.
      Credentials({
        name: 'any address: a demonstration without a password',
        credentials: { email: { label: 'E-mail', type: 'email' } },
        authorize: (given) =>
          given?.email && !isHttps() ? { id: accountOf(given.email), email: given.email } : null,
      }),
    ],
  }),
)

/** The same for the same address, and tells nothing about it. */
function accountOf(email: string): string {
  return createHmac('sha256', variable('NEXTAUTH_SECRET')).update(email.toLowerCase()).digest('base64url')
}

export { handler as GET, handler as POST }
