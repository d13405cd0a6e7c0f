import 'server-only'
import { createHmac, randomBytes } from 'node:crypto'
import { cookies } from 'next/headers'
import { NextRequest, NextResponse } from 'next/server'
import NextAuth, { type NextAuthOptions } from 'next-auth'
import { env } from '../env/server'
import { logEvent } from '../observe/log'
import { withTimeout } from '../shared/with-timeout'
import { cookieName } from './cookie-names'
import { demoProvider } from './demo-provider'
import { proofProvider } from './proof/provider'
import { providerFault } from './provider-fault'
import { identityProviders, nextAuthCookies } from './providers'
import { type ProviderClaims, selectVerifiedDii } from './select-verified-dii'
import { sessionSeconds } from './session'

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

const providers = () => {
  const { demoSignIn, signIn } = env()
  return [...identityProviders(signIn), proofProvider(), ...(demoSignIn ? [demoProvider()] : [])]
}

const actions = {
  GET: ['csrf', 'session', 'providers', 'signin', 'signout', 'error'],
  POST: ['signout'],
}

/**
 * Whether `/api/auth/<path>` is a part of next-auth that this site uses. The rest is left out: `_log`, which writes
 * what anybody sends to the log, a session that is updated by a POST, and whatever a later version may add.
 */
export function isAuthAction(method: string, [action = '', provider, ...more]: readonly string[]): boolean {
  if ((method !== 'GET' && method !== 'POST') || more.length > 0) return false
  if (provider === undefined) return actions[method].includes(action)
  const ofProvider = action === 'callback' || (action === 'signin' && method === 'POST')
  return ofProvider && providers().some(({ id, options }) => (options?.id ?? id) === provider)
}

/** For a request that concerns this provider, or none. */
function options(provider: string | undefined): NextAuthOptions {
  const { nextAuthSecret, secureCookies, signIn } = env()
  return {
    secret: nextAuthSecret,
    useSecureCookies: secureCookies,
    cookies: nextAuthCookies(signIn, provider),
    session: { strategy: 'jwt', maxAge: sessionSeconds },
    pages: { signIn: '/sign-in', error: '/sign-in' },
    providers: providers(),
    callbacks: {
      // The DII lives in this encrypted token and nowhere else; `sid` is fresh at each sign-in.
      jwt({ token, user, account, profile }) {
        if (!account) return token
        return {
          sub: subjectOf(account.provider, account.providerAccountId, nextAuthSecret),
          sid: randomBytes(16).toString('base64url'),
          ...selectVerifiedDii(account.provider, user.claims ?? profile ?? {}, env().diiPolicy),
        }
      },
      redirect({ url }) {
        const { origin } = env()
        const target = URL.canParse(url, origin) ? new URL(url, origin) : null
        return target?.origin === origin ? target.href : origin
      },
    },
    logger: { error: logProviderFault, warn() {}, debug() {} },
  }
}

/** Nothing else that next-auth says: it may hold what was typed, and reaches the reader as a code anyway. */
function logProviderFault(event: string, metadata: unknown): void {
  if (event !== 'SIGNIN_OAUTH_ERROR' && event !== 'OAUTH_CALLBACK_ERROR') return
  const code = providerFault(metadata)
  if (code !== null) logEvent('warn', 'provider_failed', { code })
}

/** next-auth knows its origin from the environment, and otherwise believes request headers. */
function pinOrigin(): void {
  process.env.NEXTAUTH_URL = env().origin
  delete process.env.AUTH_TRUST_HOST
}

type Handler = (request: Request, context: { params: Promise<{ nextauth: string[] }> }) => Promise<Response>

/** The longest that a sign-in waits for a provider's several answers, ms. */
const patienceMs = 10_000

/** next-auth's own route handler. Cookies may be added to its answer, and none of its own is lost. */
export async function nextAuthHandler(...asked: Parameters<Handler>): Promise<NextResponse> {
  pinOrigin()
  const [, provider] = (await asked[1].params).nextauth
  const answer = await withTimeout((NextAuth(options(provider)) as Handler)(...asked), patienceMs, () => {
    logEvent('warn', 'provider_failed', { code: 'late' })
    return Response.redirect(`${env().origin}/sign-in?error=OAuthCallback`, 303)
  })
  const response = new NextResponse(answer.body, answer)
  for (const cookie of response.cookies.getAll()) response.cookies.set(fixDeletion(cookie))
  return response
}

export type ResponseCookie = ReturnType<NextResponse['cookies']['getAll']>[number]

export interface NextAuthResult {
  /** Where next-auth would lead the browser. */
  redirect: string
  cookies: ResponseCookie[]
}

/**
 * Has next-auth do one step of a sign-in for a form of ours, within the request that brought it, whose
 * cookies and headers it reads. With a CSRF token of its own, because the caller has checked the origin.
 */
export async function callNextAuth(
  action: 'signin' | 'callback',
  provider: string,
  fields: Record<string, string>,
): Promise<NextAuthResult> {
  const jar = await cookies()
  // A callback URL that cannot be read would be an error; this one is set anew in any case.
  if (jar.has(cookieName('callbackUrl'))) jar.delete(cookieName('callbackUrl'))
  const csrf = await call(['csrf'])
  for (const cookie of csrf.cookies.getAll()) jar.set(cookie)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const body = new URLSearchParams({ ...fields, csrfToken })
  const answer = await call([action, provider], { method: 'POST', body })
  return { redirect: answer.headers.get('location') ?? '', cookies: answer.cookies.getAll() }
}

/**
 * Next loses `Max-Age=0` on the way from one response to another, and with it a deletion; an empty value it
 * reads as none, whatever its type says.
 */
export const fixDeletion = (cookie: ResponseCookie): ResponseCookie =>
  cookie.value ? cookie : { ...cookie, value: '', expires: new Date(0) }

function call(nextauth: string[], init?: { method: 'POST'; body: URLSearchParams }): Promise<NextResponse> {
  const request = new NextRequest(new URL('/api/auth', env().origin), init)
  return nextAuthHandler(request, { params: Promise.resolve({ nextauth }) })
}
