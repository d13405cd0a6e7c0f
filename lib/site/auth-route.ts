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
 * next-auth, with what it leaves open closed: only the actions that this site uses reach it; its answers are never
 * cached; `session` is answered without it (it would set the cookie again, and knows no session that was ended); and
 * its own sign-out ends the session in the store as ours does.
 */
export async function handleAuth(request: NextRequest, context: Context): Promise<Response> {
  const path = (await context.params).nextauth
  if (!isAuthAction(request.method, path)) return apiError('not_found', 'There is nothing here.')
  const [action, provider] = path
  const fault = faultOf(request, action, provider)
  if (fault) return fault
  const sound = await withSoundBody(request, action)
  if (sound instanceof NextResponse) return sound
  const seconds = await overLimit(request, action, provider)
  if (seconds !== null) return tooManySignIns(request, seconds)
  const signsOut = action === 'signout' && request.method === 'POST'
  if (action === 'session') return answerSession(request)
  const response = setNoStore(await nextAuthHandler(sound, context))
  if (action === 'callback' && setsSession(response)) await endPreviousSession(request, response.cookies)
  if (signsOut && clearsSession(response)) {
    const { status } = await endSessions(request)
    await identity().cookie.write(response.cookies, 'clear')
    if (status === 'not_recorded') {
      const refused = signOutError({ status })
      deleteCookies(request.cookies, refused.cookies)
      return refused
    }
  }
  return response
}

/**
 * What next-auth would answer 500 to, though it is the caller's mistake: an error code that fits in no
 * redirect, a callback URL that is none, also in its cookie, and reading where our own ways are posted to.
 * Each as often as it is given, because next-auth takes the last where others take the first.
 */
function faultOf({ method, nextUrl, cookies }: NextRequest, action?: string, provider?: string) {
  const { searchParams } = nextUrl
  // On the way back a provider may use whatever code it likes; next-auth repeats none of those.
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
  return action === 'callback' && isOwn(provider) && method !== 'POST'
    ? new NextResponse(null, { status: 405, headers: { ...noStoreHeaders, Allow: 'POST' } })
    : null
}

/** Ways of our own, which next-auth takes by POST alone. */
const isOwn = (provider: string | undefined): boolean => provider === 'demo' || provider === 'proof'

/**
 * Of whoever calls next-auth directly, or comes back from a provider, who is then asked several things. The
 * demo sign-in is for trying things, and often.
 */
async function overLimit({ method, headers }: NextRequest, action?: string, provider?: string) {
  if (provider === 'demo') return null
  if (action === 'callback' && !isOwn(provider)) return limitCallbacks(headers)
  const attempts = method === 'POST' && (action === 'signin' || action === 'callback')
  return attempts ? limitAttempts(headers) : null
}

const isHttp = (url: string): boolean =>
  localPath(url) !== null || (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol))

const bodyLimit = 16 * 1024

/**
 * The request again with a body that next-auth can read, where it would fail and log a piece of it, and
 * without what a query could add to the question that a provider is asked, such as another scope.
 */
async function withSoundBody(request: NextRequest, action: string | undefined) {
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

/** Masked, and the end that was set at sign-in, which next-auth would move on with each question. */
async function answerSession(request: NextRequest): Promise<Response> {
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

/** next-auth clears the session only when its CSRF token was right. */
const clearsSession = (answer: NextResponse): boolean => sessionCookies(answer).some(({ value }) => !value)

/** In chunks or whole; an empty value Next reads as none. */
const sessionCookies = (answer: NextResponse) =>
  answer.cookies.getAll().filter(({ name }) => name.startsWith(cookieName('session')))
