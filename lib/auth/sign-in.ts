import 'server-only'
import type { NextRequest } from 'next/server'
import { env } from '../env/server'
import { localPath } from '../shared/local-path'
import { cookieName } from './cookie-names'
import { callNextAuth, fixDeletion, type ResponseCookie } from './next-auth'
import { pendingCookieAttributes, proofSeconds, readPendingProof } from './proof/pending-proof'
import { isReachable, proofKinds, sendProof } from './proof/proof'
import { offeredProviders } from './providers'
import { readDii } from './read-dii'
import { limitAttempts, limitMessages } from './sign-in-limits'
import { isSignInProblem, type SignInProblem } from './sign-in-messages'

export type StepOutcome =
  | { status: 'go'; url: string; cookies: ResponseCookie[]; signedIn: boolean }
  | { status: 'problem'; problem: SignInProblem }
  /** Too many: seconds to wait. */
  | { status: 'wait'; seconds: number }

/** What a form sent. */
type Fields = Record<string, string>
type Step = (fields: Fields, request: NextRequest) => Promise<StepOutcome>

const problem = (problem: SignInProblem): StepOutcome => ({ status: 'problem', problem })

/** Where a sign-in leads afterwards, unless the form says another path of this site. */
const nextOf = (fields: Fields): string => localPath(fields.next) ?? '/choice'

/** The one field of our forms that is an address or a number, by what the form says it is. */
const typed = ({ kind, value = '' }: Fields): { email: string } | { phone: string } =>
  kind === 'phone' ? { phone: value } : { email: value }

/** The steps of every sign-in, by the name of the form that begins them. */
export const signInSteps: Record<string, Step> = {
  provider: goToProvider,
  ask: requestProof,
  finish: finishProof,
  demo: signInWithDemo,
}

/** To Google, Apple, Facebook or an OpenID provider, with everything that the way back will be checked by. */
async function goToProvider(fields: Fields, request: NextRequest): Promise<StepOutcome> {
  const provider = offeredProviders(env().signIn).find(({ id }) => id === fields.provider)
  if (!provider) return problem('not_offered')
  const seconds = await limitAttempts(request.headers)
  if (seconds !== null) return { status: 'wait', seconds }
  const callbackUrl = new URL(nextOf(fields), env().origin).href
  const { redirect, cookies } = await callNextAuth('signin', provider.id, { callbackUrl })
  // Without an answer of the provider next-auth leads to its own page of errors.
  const failed = !URL.canParse(redirect) || new URL(redirect).origin === env().origin
  return failed ? problem('provider_failed') : { status: 'go', url: redirect, cookies, signedIn: false }
}

/** Sends a link or a code to the address or number that was typed. */
async function requestProof(fields: Fields, request: NextRequest): Promise<StepOutcome> {
  const dii = readDii(typed(fields))
  if (typeof dii === 'string') return problem(dii)
  if (proofKinds()[dii.kind] === false) return problem('not_offered')
  if (!isReachable(dii)) return problem('bad_email')
  const seconds = await limitMessages(request.headers, dii)
  if (seconds !== null) return { status: 'wait', seconds }
  const value = await sendProof(dii, nextOf(fields))
  if (value === null) return problem('not_sent')
  return { status: 'go', url: '/sign-in/proof', cookies: [pendingCookie(value)], signedIn: false }
}

/** Checks the secret that came back, and signs its owner in. */
async function finishProof(fields: Fields, request: NextRequest): Promise<StepOutcome> {
  const seconds = await limitAttempts(request.headers)
  if (seconds !== null) return { status: 'wait', seconds }
  const pending = await readPendingProof(request.cookies)
  // Not worth the three steps of next-auth: strangers send it as often as they like.
  if (!pending) return problem('no_request')
  const outcome = await signInWith('proof', { secret: fields.secret ?? '' }, pending.next)
  if (outcome.status === 'go') outcome.cookies.push(pendingCookie(''))
  return outcome
}

/** The demo sign-in believes what is typed; its provider refuses to where that could do harm. */
async function signInWithDemo(fields: Fields): Promise<StepOutcome> {
  if (!env().demoSignIn) return problem('not_offered')
  return signInWith('demo', typed(fields), nextOf(fields))
}

async function signInWith(provider: 'proof' | 'demo', fields: Fields, next: string): Promise<StepOutcome> {
  const { redirect, cookies } = await callNextAuth('callback', provider, fields)
  const signedIn = cookies.some(({ name, value }) => name.startsWith(cookieName('session')) && value !== '')
  if (signedIn) return { status: 'go', url: next, cookies, signedIn }
  const error = URL.canParse(redirect) ? new URL(redirect).searchParams.get('error') : null
  // Our own providers throw names of problems.
  return problem(error !== null && isSignInProblem(error) ? error : 'store_down')
}

const pendingCookie = (value: string): ResponseCookie =>
  fixDeletion({
    name: cookieName('pending'),
    value,
    ...pendingCookieAttributes(value === '' ? 0 : proofSeconds),
  })
