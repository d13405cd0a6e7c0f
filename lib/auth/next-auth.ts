import 'server-only'
import { createHmac, randomBytes } from 'node:crypto'
import NextAuth, { type NextAuthOptions } from 'next-auth'
import { env } from '../env/server.ts'
import { demoProvider } from './demo-provider.ts'
import { maskDii } from './dii.ts'
import type { Reader } from './reader.ts'
import { sessionSeconds } from './session.ts'
import { judge, type ProviderClaims } from './verdict.ts'

declare module 'next-auth' {
  interface User {
    /** Of a sign-in of our own; other providers' claims come as the profile. */
    claims?: ProviderClaims
  }
}

/** `<provider>:<22 characters>`: stable for one account, and tells nothing about it. */
const subjectOf = (provider: string, account: string, secret: string): string => {
  const hash = createHmac('sha256', secret).update(`sub:${provider}:${account}`).digest('base64url')
  return `${provider}:${hash.slice(0, 22)}`
}

function options(): NextAuthOptions {
  const { nextAuthSecret, secureCookies, demoSignIn } = env()
  return {
    secret: nextAuthSecret,
    useSecureCookies: secureCookies,
    session: { strategy: 'jwt', maxAge: sessionSeconds },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    providers: demoSignIn ? [demoProvider()] : [],
    callbacks: {
      // The DII lives in this encrypted token and nowhere else; `sid` is fresh at each sign-in.
      jwt({ token, user, account, profile }) {
        if (!account) return token
        return {
          sub: subjectOf(account.provider, account.providerAccountId, nextAuthSecret),
          sid: randomBytes(16).toString('base64url'),
          ...judge(account.provider, user.claims ?? profile ?? {}, env().diiPolicy),
        }
      },
      // A new object: next-auth's default would hand name and e-mail to the browser.
      session({ session, token }) {
        const dii = token.dii as Reader['dii']
        return { expires: session.expires, user: { name: typeof dii === 'string' ? 'reader' : maskDii(dii) } }
      },
      redirect({ url }) {
        const { origin } = env()
        const target = URL.canParse(url, origin) ? new URL(url, origin) : null
        return target?.origin === origin ? target.href : origin
      },
    },
    // next-auth logs metadata that may hold what was typed; its failures reach the reader as codes.
    logger: { error() {}, warn() {}, debug() {} },
  }
}

type Handler = (request: Request, context: { params: Promise<{ nextauth: string[] }> }) => Promise<Response>

/** next-auth's own route handler. The origin comes from NEXTAUTH_URL and never from a request header. */
export const nextAuthHandler: Handler = (request, context) => {
  process.env.NEXTAUTH_URL = env().origin
  delete process.env.AUTH_TRUST_HOST
  return (NextAuth(options()) as Handler)(request, context)
}
