import 'server-only'
import type { NextRequest, NextResponse } from 'next/server'
import type { z } from 'zod'
import { env } from '../env/env'
import { readUpTo } from '../shared/read-capped'
import { type ApiError, apiError } from './api-error'
import { isSameOrigin } from './same-origin'

/** Bytes: two consent strings of maximum length, the text of the question, and some room. */
const bodyLimit = 128 * 1024

export interface InvalidBody {
  refused: NextResponse
  /** The text that was read. It may contain a denial, which counts although the body is rejected. */
  text: string
}

/**
 * Checks a state-changing request and reads its JSON body. Returns an error response when something is wrong.
 * With `optional`, an empty body reads as `{}`.
 */
export async function readBody<T>(
  request: NextRequest,
  schema: z.ZodType<T>,
  { optional = false } = {},
): Promise<{ body: T; text: string } | InvalidBody> {
  if (!isSameOrigin(request.headers))
    return { refused: apiError('cross_site', `Send this request from ${env().origin} itself.`), text: '' }
  const { bytes, whole } = await readUpTo(request, bodyLimit)
  const text = new TextDecoder().decode(bytes)
  const refuse = (...reason: [ApiError, string]) => ({ refused: apiError(...reason), text })
  if (!whole) return refuse('too_large', 'The body may have at most 128 kB.')
  let json: unknown = {}
  if (bytes.byteLength > 0 || !optional) {
    const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json') return refuse('media_type', 'Send the body as application/json.')
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      return refuse('bad_json', 'The body is not valid JSON.')
    }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { body: parsed.data, text }
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ')
  return refuse('invalid', `Not as documented: ${where}.`)
}
