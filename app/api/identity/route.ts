import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { tooManyRequests } from '#lib/http/api-error.ts'
import { readBody } from '#lib/http/read-body.ts'
import { signalsSchema } from '#lib/policies/signals.ts'
import { recordSignals } from '#lib/site/apply-choice.ts'
import { respondToInvalidBody } from '#lib/site/denial-in-body.ts'
import { identity } from '#lib/site/identity.ts'
import { limitReader } from '#lib/site/reader-limits.ts'

const body = z.strictObject({ recheck: z.boolean().optional(), signals: signalsSchema.optional() })

/** It reads cookies in any case. Next then need not watch what it reads, which would cost a tenth of the request. */
export const dynamic = 'force-dynamic'

/** The current identity. With an expired token it waits for the refresh. Never generates. */
export const GET = (request: NextRequest) => identity().route.GET(request)

/** Updates the identity: generates for a reader who consented, refreshes when due, stores the result. */
export async function POST(request: NextRequest) {
  const read = await readBody(request, body, { optional: true })
  if ('refused' in read) return respondToInvalidBody(request, read)
  const { signals, recheck = false } = read.body
  const seconds = await limitReader(request)
  const unrecorded = signals && (await recordSignals(request, signals, { rateLimited: seconds !== null }))
  if (seconds !== null) return tooManyRequests(seconds)
  const { update, respond } = identity()
  return respond(unrecorded ?? (await update(request, 'post', { recheck })))
}
