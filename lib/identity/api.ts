import 'server-only'
import { after, type NextRequest, NextResponse } from 'next/server'
import type { z } from 'zod'
import { env } from '../env/server.ts'
import { readUpTo } from '../shared/read-capped.ts'
import { type Advanced, advance, type Policy } from './advance.ts'
import { isSameOrigin } from './same-origin.ts'
import type { SignOut } from './sign-out.ts'
import { privateHeaders, writeIdentity } from './write.ts'

export type ApiError =
  | 'bad_json'
  | 'signed_out'
  | 'cross_site'
  | 'too_large'
  | 'media_type'
  | 'invalid'
  | 'rate_limited'
  | 'not_recorded'
  | 'not_found'

const status: Record<ApiError, number> = {
  bad_json: 400,
  signed_out: 401,
  cross_site: 403,
  not_found: 404,
  too_large: 413,
  media_type: 415,
  invalid: 422,
  rate_limited: 429,
  not_recorded: 503,
}

/** For two consent strings of the longest kind and the words of a question, with room for a platform that says more. */
const bodyLimit = 128 * 1024

export const refusal = (error: ApiError, message: string, headers: Record<string, string> = {}) =>
  NextResponse.json({ error, message }, { status: status[error], headers: { ...privateHeaders, ...headers } })

export const tooMany = (seconds: number) =>
  refusal('rate_limited', `Too many requests: try again in ${seconds} s.`, { 'Retry-After': String(seconds) })

export const refuseSignOut = (outcome: Exclude<SignOut, { status: 'recorded' }>) =>
  outcome.status === 'rate_limited' ? tooMany(outcome.seconds) : refusal('not_recorded', notRecordedWords)

export const notRecordedWords =
  'You are signed out in this browser. Our records could not be reached, so the end of your session is not recorded yet; we keep trying.'

/**
 * Checks a state-changing request and reads its JSON body. Answers the refusal when something is wrong;
 * no body at all reads as `{}` where `optional`. `text`: what was read of a refused one, which may hold a no all the same.
 */
export async function readBody<T>(
  request: NextRequest,
  schema: z.ZodType<T>,
  { optional = false } = {},
): Promise<{ body: T } | { refused: NextResponse; text: string }> {
  if (!isSameOrigin(request.headers))
    return { refused: refusal('cross_site', `Send this request from ${env().origin} itself.`), text: '' }
  const { bytes, whole } = await readUpTo(request, bodyLimit)
  const text = new TextDecoder().decode(bytes)
  const refuse = (...reason: [ApiError, string]) => ({ refused: refusal(...reason), text })
  if (!whole) return refuse('too_large', 'The body may have at most 128 kB.')
  let json: unknown = {}
  if (bytes.byteLength > 0 || !optional) {
    const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json')
      return { refused: refusal('media_type', 'Send the body as application/json.'), text: '' }
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      return refuse('bad_json', 'The body is not valid JSON.')
    }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { body: parsed.data }
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ')
  return refuse('invalid', `Not as documented: ${where}.`)
}

/** Answers the identity JSON, after taking the identity as far as `policy` allows. */
export async function answerIdentity(request: NextRequest, policy: Policy): Promise<NextResponse> {
  return answerAdvanced(await advance(request, policy))
}

export async function answerAdvanced({ decision, cookie, background }: Advanced): Promise<NextResponse> {
  // Held open past the response, so that shutdown waits for it.
  if (background) after(background)
  const response = NextResponse.json(decision, { headers: privateHeaders })
  await writeIdentity(response.cookies, cookie)
  return response
}

/** How far each surface may go. Waiting is bounded by the operator's own time-out in any case. */
export const policies = {
  read: (): Policy => ({ waitForDue: 0, waitForExpired: env().operator.timeoutMs, generate: false }),
  ensure: (recheck = false): Policy => ({
    waitForDue: env().operator.timeoutMs,
    waitForExpired: env().operator.timeoutMs,
    generate: true,
    recheck,
  }),
  page: (): Policy => ({ waitForDue: env().refreshWaitMs, waitForExpired: 0, generate: false }),
}
