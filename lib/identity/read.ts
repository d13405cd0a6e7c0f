import 'server-only'
import { cookies, headers } from 'next/headers'
import { cache } from 'react'
import type { Reader } from '../auth/reader.ts'
import { withChoices } from '../choices/access.ts'
import type { Records } from '../choices/records.ts'
import type { Signals } from '../choices/standing.ts'
import type { PublicIdentity } from './public.ts'
import { diiHashesOf, knownReader } from './reader.ts'
import { cookieSignals } from './signals.ts'
import { decideFor, readSituation } from './situation.ts'

const readRequest = cache(async () => readSituation({ cookies: await cookies(), headers: await headers() }))

/** The identity of this request for pages: reads and decides, calls nobody, writes nothing. */
export const readPublicIdentity = cache(async (): Promise<PublicIdentity> => {
  const situation = await readRequest()
  return decideFor(situation, situation.identity)
})

/** What this request and the store know of the reader's consent, for those to whom a page passes it on. */
export const readSignals = cache(async (): Promise<Signals & { gpc: boolean }> => {
  const { known } = await readRequest()
  const standing = known?.standing
  const signals =
    standing && standing !== 'store_down' ? standing.signals : cookieSignals((await headers()).get('cookie'))
  // What cannot be read may say that GDPR applies. GPC: whether this site heeds it or not, others decide for themselves.
  const gdprApplies = signals.unreadable ? true : signals.gdprApplies
  return { ...signals, gdprApplies, gpc: (await headers()).get('sec-gpc') === '1' }
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
