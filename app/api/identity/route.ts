import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { answerAdvanced, answerIdentity, policies, readBody, tooMany } from '#lib/identity/api.ts'
import { noteSignals } from '#lib/identity/choose.ts'
import { limitReader } from '#lib/identity/limits.ts'
import { answerRefused } from '#lib/identity/refused-body.ts'
import { signalsSchema } from '#lib/identity/signals.ts'

const body = z.strictObject({ recheck: z.boolean().optional(), signals: signalsSchema.optional() })

/** The identity as it stands; with an expired token it waits for the refresh. Never generates. */
export const GET = (request: NextRequest) => answerIdentity(request, policies.read())

/** Brings the identity up to date: generates when entitled without one, refreshes when due, stores it. */
export async function POST(request: NextRequest) {
  const read = await readBody(request, body, { optional: true })
  if ('refused' in read) return answerRefused(request, read)
  const { signals } = read.body
  const seconds = await limitReader(request.cookies)
  const unnoted = signals && (await noteSignals(request, signals, { tooMany: seconds !== null }))
  if (seconds !== null) return tooMany(seconds)
  if (unnoted) return answerAdvanced(unnoted)
  return answerIdentity(request, policies.ensure(read.body.recheck))
}
