import 'server-only'
import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import type { Reader } from '../auth/reader.ts'
import { withChoices } from '../choices/access.ts'
import type { Records } from '../choices/records.ts'
import type { PublicIdentity } from './public.ts'
import { diiHashesOf, knownReader } from './reader.ts'
import { decideFor, readSituation } from './situation.ts'

/** The identity of this request for pages: reads and decides, calls nobody, writes nothing. */
export const readPublicIdentity = cache(async (): Promise<PublicIdentity> => {
  const situation = await readSituation({ cookies: await cookies(), headers: await headers() })
  return decideFor(situation, situation.identity)
})

/** Who is signed in, for account pages; null also for a session that was ended. */
export const readCurrentReader = cache(async (): Promise<Reader | null> => {
  const known = await knownReader(await cookies())
  return known?.reader ?? null
})

/** All that is on record under the reader's address or number; null when nothing can be, or the store is down. */
export const readRecords = cache(async (): Promise<Records | null> => {
  const known = await knownReader(await cookies())
  const { subject } = known ?? {}
  return subject ? withChoices((store) => store.records(diiHashesOf(subject))).catch(() => null) : null
})
