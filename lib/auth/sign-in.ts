import 'server-only'
import type { NextRequest } from 'next/server'
import { env } from '../env/env'
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
  /** Too many attempts: seconds to wait. */
  | { status: 'wait'; seconds: number }

/** The fields of a form. */
type Fields = Record<string, string>
type Step = (fields: Fields, request: NextRequest) => Promise<StepOutcome>

const problem = (problem: SignInProblem): StepOutcome => ({ status: 'problem', problem })

/** Where to go after a sign-in: the form's `next` if it is a path on this site, else the choice page. */
const nextOf = (fields: Fields): string => localPath(fields.next) ?? '/choice'

/** The typed address or number of a form, by its `kind` field. */
const typedDii = ({ kind, value = '' }: Fields): { email: string } | { phone: string } =>
  kind === 'phone' ? { phone: value } : { email: value }

/** All sign-in steps, by the name of their form. */
export const signInSteps: Record<string, Step> = {
  provider: goToProvider,
  ask: requestProof,
  finish: finishProof,
  demo: signInWithDemo,
}

/** Redirects to a provider, with the cookies that the callback is checked against. */
async function goToProvider(fields: Fields, request: NextRequest): Promise<StepOutcome> {
  const provider = offeredProviders(env().signIn).find(({ id }) => id === fields.provider)
  if (!provider) return problem('not_offered')
  const seconds = await limitAttempts(request.headers)
  if (seconds !== null) return { status: 'wait', seconds }
  const callbackUrl = new URL(nextOf(fields), env().origin).href
  const { redirect, cookies } = await callNextAuth('signin', provider.id, { callbackUrl })
  // When the provider does not respond, next-auth redirects to its own error page.
  const failed = !URL.canParse(redirect) || new URL(redirect).origin === env().origin
  return failed ? problem('provider_failed') : { status: 'go', url: redirect, cookies, signedIn: false }
}

/** Sends a link or a code to the typed address or number. */
async function requestProof(fields: Fields, request: NextRequest): Promise<StepOutcome> {
  const dii = readDii(typedDii(fields))
  if (typeof dii === 'string') return problem(dii)
  if (proofKinds()[dii.kind] === false) return problem('not_offered')
  if (!isReachable(dii)) return problem('bad_email')
  const seconds = await limitMessages(request.headers, dii)
  if (seconds !== null) return { status: 'wait', seconds }
  const value = await sendProof(dii, nextOf(fields))
  if (value === null) return problem('not_sent')
  return { status: 'go', url: '/sign-in/proof', cookies: [pendingCookie(value)], signedIn: false }
}

/** Checks the returned secret and signs the reader in. */
async function finishProof(fields: Fields, request: NextRequest): Promise<StepOutcome> {
  const seconds = await limitAttempts(request.headers)
  if (seconds !== null) return { status: 'wait', seconds }
  const pending = await readPendingProof(request.cookies)
  // Skips next-auth's three steps, because anyone can send this as often as they like.
  if (!pending) return problem('no_request')
  const outcome = await signInWith('proof', { secret: fields.secret ?? '' }, pending.next)
  if (outcome.status === 'go') outcome.cookies.push(pendingCookie(''))
  return outcome
}

/** The demo sign-in trusts what is typed. Its provider refuses where that could do harm. */
async function signInWithDemo(fields: Fields): Promise<StepOutcome> {
  if (!env().demoSignIn) return problem('not_offered')
  return signInWith('demo', typedDii(fields), nextOf(fields))
}

async function signInWith(provider: 'proof' | 'demo', fields: Fields, next: string): Promise<StepOutcome> {
  const { redirect, cookies } = await callNextAuth('callback', provider, fields)
  const signedIn = cookies.some(({ name, value }) => name.startsWith(cookieName('session')) && value !== '')
  if (signedIn) return { status: 'go', url: next, cookies, signedIn }
  const error = URL.canParse(redirect) ? new URL(redirect).searchParams.get('error') : null
  // Our own providers throw problem names.
  return problem(error !== null && isSignInProblem(error) ? error : 'store_down')
}

const pendingCookie = (value: string): ResponseCookie =>
  fixDeletion({
    name: cookieName('pending'),
    value,
    ...pendingCookieAttributes(value === '' ? 0 : proofSeconds),
  })
