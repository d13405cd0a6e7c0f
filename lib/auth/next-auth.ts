import 'server-only'
import { createHmac, randomBytes } from 'node:crypto'
import NextAuth, { type NextAuthOptions } from 'next-auth'
import { env } from '../env/server.ts'
import { demoProvider } from './demo-provider.ts'
import { type Dii, maskDii } from './dii.ts'
import { flowCookies, identityProviders } from './providers.ts'
import { sessionSeconds } from './session.ts'
import { within } from './within.ts'

declare module 'next-auth' {
  interface User {
    dii?: Dii
  }
}

/** `<provider>:<22 characters>`: stable for one account, and tells nothing about it. */
const subjectOf = (provider: string, account: string, secret: string): string => {
  const hash = createHmac('sha256', secret).update(`sub:${provider}:${account}`).digest('base64url')
  return `${provider}:${hash.slice(0, 22)}`
}

function options(providerId: string | undefined): NextAuthOptions {
  const { nextAuthSecret, secureCookies, demoSignIn, signIn } = env()
  return {
    secret: nextAuthSecret,
    useSecureCookies: secureCookies,
    session: { strategy: 'jwt', maxAge: sessionSeconds },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    cookies: flowCookies(signIn, providerId),
    providers: [...identityProviders(signIn), ...(demoSignIn ? [demoProvider()] : [])],
    callbacks: {
      // The DII lives in this encrypted token and nowhere else; `sid` is fresh at each sign-in.
      jwt({ token, user, account }) {
        if (!account) return token
        return {
          sub: subjectOf(account.provider, account.providerAccountId, nextAuthSecret),
          sid: randomBytes(16).toString('base64url'),
          dii: user.dii ?? null,
        }
      },
      // A new object: next-auth's default would hand name and e-mail to the browser.
      session({ session, token }) {
        const dii = token.dii as Dii | null
        return { expires: session.expires, user: { name: dii ? maskDii(dii) : 'reader' } }
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

/** The longest that a sign-in waits for a provider's several answers, ms. */
const patienceMs = 10_000

/** next-auth's own route handler. The origin comes from NEXTAUTH_URL and never from a request header. */
export const nextAuthHandler: Handler = async (request, context) => {
  const { origin } = env()
  process.env.NEXTAUTH_URL = origin
  delete process.env.AUTH_TRUST_HOST
  const [, providerId] = (await context.params).nextauth
  return within(patienceMs, (NextAuth(options(providerId)) as Handler)(request, context), () =>
    Response.redirect(`${origin}/sign-in?error=OAuthCallback`, 303),
  )
}
