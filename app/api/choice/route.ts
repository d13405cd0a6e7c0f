import type { NextRequest } from 'next/server'
import { z } from 'zod'
import { consentWording } from '#lib/consent/wording.ts'
import { env } from '#lib/env/env.ts'
import { apiError, tooManyRequests } from '#lib/http/api-error.ts'
import { readBody } from '#lib/http/read-body.ts'
import { signalsSchema } from '#lib/policies/signals.ts'
import { applyChoice } from '#lib/site/apply-choice.ts'
import { containsDenial, respondToInvalidBody } from '#lib/site/denial-in-body.ts'
import { identity } from '#lib/site/identity.ts'

const body = z.strictObject({
  advertising: z.enum(['granted', 'denied']),
  // No database can store U+0000 or half a surrogate pair.
  wording: z
    .string()
    .min(1)
    .max(2000)
    .refine((text) => !/[\0\p{Cs}]/u.test(text))
    .optional(),
  signals: signalsSchema.optional(),
})

/** Records the reader's choice. A consent generates the identity in the same response, a denial clears it. */
export async function POST(request: NextRequest) {
  const read = await readBody(request, body)
  if ('refused' in read) return respondToInvalidBody(request, read)
  const ours = consentWording(env().product)
  const { wording = ours.text, signals } = read.body
  // JSON keeps the last of two members of one name. A denial counts all the same.
  const advertising = containsDenial(read.text) ? 'denied' : read.body.advertising
  // A caller that showed its own text has no version of ours.
  const version = wording === ours.text ? ours.version : 'own'
  const chosen = await applyChoice(request, { advertising, version, wording, source: 'api', signals })
  if (chosen.status === 'signed_out') return apiError('signed_out', 'Sign in first.')
  if (chosen.status === 'rejected') return apiError('invalid', 'The database cannot hold the wording.')
  if (chosen.status === 'rate_limited') return tooManyRequests(chosen.seconds)
  return identity().respond(chosen.update)
}
