import 'server-only'
import { type NextRequest, NextResponse } from 'next/server'
import { type StepOutcome, signInSteps } from '../auth/sign-in'
import { rateLimitMessage, type SignInProblem, signInMessages } from '../auth/sign-in-messages'
import { plainPage } from '../http/plain-page'
import { type FormError, readForm, redirectTo, wantsHtml } from '../http/read-form'
import { noStoreHeaders } from '../identity/cookie'
import { localPath } from '../shared/local-path'
import { endPreviousSession } from './sign-out'

const bodyLimit = 16 * 1024

interface SignInError extends FormError {
  problem?: SignInProblem
  headers?: Record<string, string>
  /** Where the error page links to. `/sign-in` by default. */
  back?: string
}

/**
 * Handles one step of a sign-in, sent by one of our forms. A browser without script is redirected with 303,
 * or gets a page with the error. Others get JSON: `{"url"}`, or `{"error","message","problem"?}`.
 */
export async function handleSignIn(request: NextRequest, name: string): Promise<Response> {
  const step = Object.hasOwn(signInSteps, name) ? signInSteps[name] : undefined
  if (!step)
    return respondWithError(request, { status: 404, error: 'not_found', message: signInMessages.not_offered })
  const form = await readForm(request, ['application/x-www-form-urlencoded'], bodyLimit)
  if ('status' in form) return respondWithError(request, form)
  const outcome = await step(form.fields, request)
  if (outcome.status === 'go') return continueSignIn(request, outcome)
  const error = outcome.status === 'wait' ? rateLimitError(outcome.seconds) : problemError(outcome.problem)
  return respondWithError(request, { ...error, back: backUrl(name, form.fields.next) })
}

/** The page of the form, with the reader's original destination. */
function backUrl(step: string, next: string | undefined): string {
  if (step === 'finish') return '/sign-in/proof'
  const path = localPath(next)
  return path === null ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`
}

async function continueSignIn(request: NextRequest, outcome: Extract<StepOutcome, { status: 'go' }>) {
  const { url, cookies, signedIn } = outcome
  const response = redirectTo(request, url)
  for (const cookie of cookies) response.cookies.set(cookie)
  if (signedIn) await endPreviousSession(request, response.cookies)
  return response
}

/** The 429 response of a sign-in, also when next-auth is called directly. */
export const tooManySignIns = (request: NextRequest, seconds: number): Response =>
  respondWithError(request, rateLimitError(seconds))

const rateLimitError = (seconds: number): SignInError => ({
  status: 429,
  error: 'rate_limited',
  message: rateLimitMessage(seconds),
  headers: { 'Retry-After': String(seconds) },
})

const statuses: Partial<Record<SignInProblem, number>> = {
  not_local: 403,
  not_offered: 404,
  not_sent: 503,
  store_down: 503,
  provider_failed: 503,
}

function problemError(problem: SignInProblem): SignInError {
  const status = statuses[problem] ?? 422
  const error = status === 422 ? 'invalid' : status === 503 ? 'unavailable' : 'refused'
  return { status, error, message: signInMessages[problem], problem }
}

function respondWithError(request: NextRequest, signInError: SignInError): Response {
  const { status, error, message, problem, headers = {}, back = '/sign-in' } = signInError
  const link = { href: back, label: 'Back to signing in' }
  const text = status === 422 ? `${message} Your browser’s Back button brings back what you typed.` : message
  if (wantsHtml(request)) return plainPage({ status, title: 'That did not sign you in', text, link, headers })
  return NextResponse.json(
    { error, message, ...(problem !== undefined && { problem }) },
    { status, headers: { ...noStoreHeaders, ...headers } },
  )
}
