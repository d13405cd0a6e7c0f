import 'server-only'
import type { NextRequest, NextResponse } from 'next/server'
import type { z } from 'zod'
import { env } from '../env/server.ts'
import { readCapped } from '../shared/read-capped.ts'
import { apiError } from './api-error.ts'
import { isSameOrigin } from './same-origin.ts'

const bodyLimit = 16 * 1024

/**
 * Checks a state-changing request and reads its JSON body. Answers the refusal when something is wrong;
 * no body at all reads as `{}` where `optional`.
 */
export async function readBody<T>(
  request: NextRequest,
  schema: z.ZodType<T>,
  { optional = false } = {},
): Promise<{ body: T } | { refused: NextResponse }> {
  if (!isSameOrigin(request.headers))
    return { refused: apiError('cross_site', `Send this request from ${env().origin} itself.`) }
  const bytes = await readCapped(request, bodyLimit)
  if (bytes === null) return { refused: apiError('too_large', 'The body may have at most 16 kB.') }
  let json: unknown = {}
  if (bytes.byteLength > 0 || !optional) {
    const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
    if (type !== 'application/json')
      return { refused: apiError('media_type', 'Send the body as application/json.') }
    try {
      json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    } catch {
      return { refused: apiError('bad_json', 'The body is not valid JSON.') }
    }
  }
  const parsed = schema.safeParse(json)
  if (parsed.success) return { body: parsed.data }
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the body').join(', ')
  return { refused: apiError('invalid', `Not as documented: ${where}.`) }
}
