import 'server-only'
import { NextRequest, NextResponse } from 'next/server'
import { cookieName } from '../auth/cookie-names'
import { isAuthAction, nextAuthHandler } from '../auth/next-auth'
import { limitAttempts, limitCallbacks } from '../auth/sign-in-limits'
import { apiError } from '../http/api-error'
import { noStoreHeaders, setNoStore } from '../identity/cookie'
import { localPath } from '../shared/local-path'
import { readCapped } from '../shared/read-capped'
import { identity } from './identity'
import { maskedName } from './masked-name'
import { tooManySignIns } from './sign-in-route'
import { deleteCookie, deleteCookies, endPreviousSession, endSessions, signOutError } from './sign-out'

interface Context {
  params: Promise<{ nextauth: string[] }>
}

/**
 * next-auth, made stricter. Only the actions that this site uses reach it. Its responses are never cached.
 * `session` is answered here, because next-auth would set the cookie again and does not know ended sessions.
 * Its own sign-out also ends the session in the store.
 */
export async function handleAuth(request: NextRequest, context: Context): Promise<Response> {
  const path = (await context.params).nextauth
  if (!isAuthAction(request.method, path)) return apiError('not_found', 'There is nothing here.')
  const [action, provider] = path
  const error = findFault(request, action, provider)
  if (error) return error
  const checked = await readAuthBody(request, action)
  if (checked instanceof NextResponse) return checked
  const seconds = await countAttempt(request, action, provider)
  if (seconds !== null) return tooManySignIns(request, seconds)
  const signsOut = action === 'signout' && request.method === 'POST'
  if (action === 'session') return respondWithSession(request)
  const response = setNoStore(await nextAuthHandler(checked, context))
  if (action === 'callback' && setsSession(response)) await endPreviousSession(request, response.cookies)
  if (signsOut && clearsSession(response)) {
    const { status } = await endSessions(request)
    await identity().cookie.write(response.cookies, 'clear')
    if (status === 'not_recorded') {
      const errorResponse = signOutError({ status })
      deleteCookies(request.cookies, errorResponse.cookies)
      return errorResponse
    }
  }
  return response
}

/**
 * Rejects what next-auth would answer with 500 although it is the caller's mistake: an error code that fits
 * in no redirect, an invalid callback URL (also in its cookie), and GET for our own providers. All values of
 * a parameter are checked, because next-auth takes the last one and others the first.
 */
function findFault({ method, nextUrl, cookies }: NextRequest, action?: string, provider?: string) {
  const { searchParams } = nextUrl
  // In a callback a provider may use any error code. next-auth does not repeat those.
  const repeated = action === 'callback' ? [] : searchParams.getAll('error')
  if (!repeated.every((code) => /^\w*$/.test(code))) return apiError('invalid', 'Not as documented: error.')
  if (!searchParams.getAll('callbackUrl').every(isHttp))
    return apiError('invalid', 'Not as documented: callbackUrl.')
  const callbackUrl = cookies.get(cookieName('callbackUrl'))
  if (callbackUrl && !isHttp(callbackUrl.value)) {
    const response = apiError('invalid', 'The cookie of the last sign-in was not readable: try again.')
    deleteCookie(response.cookies, callbackUrl.name)
    return response
  }
  return action === 'callback' && isOwnProvider(provider) && method !== 'POST'
    ? new NextResponse(null, { status: 405, headers: { ...noStoreHeaders, Allow: 'POST' } })
    : null
}

/** Our own providers, which next-auth accepts only by POST. */
const isOwnProvider = (provider: string | undefined): boolean => provider === 'demo' || provider === 'proof'

/**
 * Counts direct calls to next-auth, and callbacks, which make the site call the provider. The demo sign-in
 * has no limit.
 */
async function countAttempt({ method, headers }: NextRequest, action?: string, provider?: string) {
  if (provider === 'demo') return null
  if (action === 'callback' && !isOwnProvider(provider)) return limitCallbacks(headers)
  const attempts = method === 'POST' && (action === 'signin' || action === 'callback')
  return attempts ? limitAttempts(headers) : null
}

const isHttp = (url: string): boolean =>
  localPath(url) !== null || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))

const bodyLimit = 16 * 1024

/**
 * Checks the body, on which next-auth would fail and log a part of it. Returns the request without query
 * parameters that would change what a provider is asked, such as the scope.
 */
async function readAuthBody(request: NextRequest, action: string | undefined) {
  if (request.method !== 'POST') return request
  const body = await readCapped(request, bodyLimit)
  if (body === null) return apiError('too_large', 'The body may have at most 16 kB.')
  if (request.headers.get('content-type')?.includes('application/json') && !isJsonObject(body))
    return apiError('bad_json', 'The body is not a JSON object.')
  const url = request.nextUrl.clone()
  if (action === 'signin')
    for (const name of [...url.searchParams.keys()]) if (name !== 'callbackUrl') url.searchParams.delete(name)
  return new NextRequest(url, { method: 'POST', headers: request.headers, body: body as BodyInit })
}

function isJsonObject(body: Uint8Array): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body))
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

/** Answers with a masked name and the expiry set at sign-in, which next-auth would extend at each call. */
async function respondWithSession(request: NextRequest): Promise<Response> {
  const { reader } = await identity().readReader(request)
  if (!reader) return NextResponse.json({}, { headers: noStoreHeaders })
  const session = {
    user: { name: maskedName(reader) },
    expires: new Date(reader.sessionEnds).toISOString(),
  }
  return NextResponse.json(session, { headers: noStoreHeaders })
}

const setsSession = (answer: NextResponse): boolean =>
  sessionCookies(answer).some(({ value }) => Boolean(value))

/** next-auth clears the session only when its CSRF token was correct. */
const clearsSession = (answer: NextResponse): boolean => sessionCookies(answer).some(({ value }) => !value)

/** Whole or in chunks. Next reads an empty value as undefined. */
const sessionCookies = (answer: NextResponse) =>
  answer.cookies.getAll().filter(({ name }) => name.startsWith(cookieName('session')))
