import 'server-only'
import { isSessionCookie } from '../auth/current-reader'
import { consentStore } from '../consent/durable'
import { isEndPending } from '../consent/pending-revocations'
import { apiError, tooManyRequests } from '../http/api-error'
import type { Reader, RequestLike } from '../identity/types'
import { allReaders } from './all-readers'
import { identity } from './identity'
import { limitSignOuts } from './reader-limits'

interface Jar {
  get: RequestLike['cookies']['get']
  getAll(): { name: string }[]
  set(name: string, value: string, attributes: object): unknown
}

/**
 * `not_recorded`: the store has not recorded the end of the session yet. The cookies are deleted in any case.
 */
export type SignOut = { status: 'recorded' | 'not_recorded' } | { status: 'rate_limited'; seconds: number }

export const signOutError = (outcome: Exclude<SignOut, { status: 'recorded' }>) =>
  outcome.status === 'rate_limited'
    ? tooManyRequests(outcome.seconds)
    : apiError('not_recorded', notRecordedMessage)

export const notRecordedMessage =
  'You are signed out in this browser. Our records could not be reached, so the end of your session is not recorded yet. We keep trying.'

/** Ends the sessions of a request for good: no response in flight can restore them. */
export async function endSessions({ headers }: RequestLike): Promise<SignOut> {
  // A browser may send the session cookie twice: both sessions end.
  const readers = await allReaders(headers.get('cookie'))
  const outcomes = await Promise.all(readers.map(endSession))
  const limited = outcomes.find(({ status }) => status === 'rate_limited')
  const pending = outcomes.find(({ status }) => status === 'not_recorded')
  return pending ?? limited ?? { status: 'recorded' }
}

async function endSession({ sid, sessionEnds }: Reader): Promise<SignOut> {
  const seconds = await limitSignOuts(sid)
  if (seconds !== null)
    return isEndPending(sid) ? { status: 'not_recorded' } : { status: 'rate_limited', seconds }
  return consentStore.endSession(sid, sessionEnds).then(
    () => ({ status: 'recorded' }),
    () => ({ status: 'not_recorded' }),
  )
}

/** Ends the session and deletes next-auth's and our cookies, each with the attributes it was set with. */
export async function signOut(jar: Jar, headers: RequestLike['headers']): Promise<SignOut> {
  const outcome = await endSessions({ cookies: jar, headers })
  deleteCookies(jar, jar)
  return outcome
}

/** Deletes those of the sent cookies that belong to a sign-in or an identity. */
export function deleteCookies(received: Pick<Jar, 'getAll'>, jar: Pick<Jar, 'set'>): void {
  for (const { name } of received.getAll())
    if (name === identity().cookie.name || isSessionCookie(name)) deleteCookie(jar, name)
}

export function deleteCookie(jar: Pick<Jar, 'set'>, name: string): void {
  const secure = name.startsWith('__')
  // Next drops `Max-Age=0` when `cookies()` is also written to, so `expires` is set too.
  jar.set(name, '', { path: '/', maxAge: 0, expires: new Date(0), httpOnly: true, sameSite: 'lax', secure })
}

/** At a new sign-in, ends this browser's previous session and deletes its identity cookie. */
export async function endPreviousSession(before: RequestLike, response: Pick<Jar, 'set'>): Promise<void> {
  await endSessions(before)
  if (before.cookies.get(identity().cookie.name) !== undefined) deleteCookie(response, identity().cookie.name)
}
