import 'server-only'
import { createHmac, randomBytes } from 'node:crypto'
import { cookies } from 'next/headers'
import { NextRequest, NextResponse } from 'next/server'
import NextAuth, { type NextAuthOptions } from 'next-auth'
import { env } from '../env/env'
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
    /** Set by our own providers. Other providers' claims are in the profile. */
    claims?: ProviderClaims
  }
}

/** `<provider>:<22 characters>`: stable for one account, and reveals nothing about it. */
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
 * Whether this site uses `/api/auth/<path>`. Closed are `_log`, which logs whatever anyone sends, updating a
 * session by POST, and whatever a later version of next-auth adds.
 */
export function isAuthAction(method: string, [action = '', provider, ...more]: readonly string[]): boolean {
  if ((method !== 'GET' && method !== 'POST') || more.length > 0) return false
  if (provider === undefined) return actions[method].includes(action)
  const ofProvider = action === 'callback' || (action === 'signin' && method === 'POST')
  return ofProvider && providers().some(({ id, options }) => (options?.id ?? id) === provider)
}

/** `provider`: the one that the request concerns, if any. */
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
      // The DII is kept only in this encrypted token. `sid` is new at each sign-in.
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

/**
 * Other messages of next-auth are not logged: they may contain what was typed, and the reader gets their code
 * anyway.
 */
function logProviderFault(event: string, metadata: unknown): void {
  if (event !== 'SIGNIN_OAUTH_ERROR' && event !== 'OAUTH_CALLBACK_ERROR') return
  const code = providerFault(metadata)
  if (code !== null) logEvent('warn', 'provider_failed', { code })
}

/** next-auth takes its origin from the environment, and otherwise trusts request headers. */
function pinOrigin(): void {
  process.env.NEXTAUTH_URL = env().origin
  delete process.env.AUTH_TRUST_HOST
}

type Handler = (request: Request, context: { params: Promise<{ nextauth: string[] }> }) => Promise<Response>

/** The longest that a sign-in waits for all of a provider's responses, ms. */
const timeoutMs = 10_000

/** Calls next-auth's route handler. Callers may add cookies to the response without losing next-auth's. */
export async function nextAuthHandler(...asked: Parameters<Handler>): Promise<NextResponse> {
  pinOrigin()
  const [, provider] = (await asked[1].params).nextauth
  const answer = await withTimeout((NextAuth(options(provider)) as Handler)(...asked), timeoutMs, () => {
    logEvent('warn', 'provider_failed', { code: 'late' })
    return Response.redirect(`${env().origin}/sign-in?error=OAuthCallback`, 303)
  })
  const response = new NextResponse(answer.body, answer)
  for (const cookie of response.cookies.getAll()) response.cookies.set(fixDeletion(cookie))
  return response
}

export type ResponseCookie = ReturnType<NextResponse['cookies']['getAll']>[number]

export interface NextAuthResult {
  /** Where next-auth would redirect the browser. */
  redirect: string
  cookies: ResponseCookie[]
}

/**
 * Makes next-auth do one step of a sign-in for one of our forms. next-auth reads the cookies and headers of
 * the current request. The CSRF token is requested here, because the caller has checked the origin.
 */
export async function callNextAuth(
  action: 'signin' | 'callback',
  provider: string,
  fields: Record<string, string>,
): Promise<NextAuthResult> {
  const jar = await cookies()
  // An unreadable callback URL would be an error. It is set again in any case.
  if (jar.has(cookieName('callbackUrl'))) jar.delete(cookieName('callbackUrl'))
  const csrf = await callHandler(['csrf'])
  for (const cookie of csrf.cookies.getAll()) jar.set(cookie)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const body = new URLSearchParams({ ...fields, csrfToken })
  const answer = await callHandler([action, provider], { method: 'POST', body })
  return { redirect: answer.headers.get('location') ?? '', cookies: answer.cookies.getAll() }
}

/**
 * Makes a deletion survive: Next drops `Max-Age=0` when cookies are copied between responses. An empty value
 * may also be undefined, whatever its type says.
 */
export const fixDeletion = (cookie: ResponseCookie): ResponseCookie =>
  cookie.value ? cookie : { ...cookie, value: '', expires: new Date(0) }

function callHandler(
  nextauth: string[],
  init?: { method: 'POST'; body: URLSearchParams },
): Promise<NextResponse> {
  const request = new NextRequest(new URL('/api/auth', env().origin), init)
  return nextAuthHandler(request, { params: Promise.resolve({ nextauth }) })
}
