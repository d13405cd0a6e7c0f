import 'server-only'
import { headers } from 'next/headers'
import { cache } from 'react'
import { consentStore } from '../consent/durable'
import type { ReaderRecords } from '../consent/sql-records'
import type { ConsentSignals } from '../identity/public-identity'
import type { Reader } from '../identity/types'
import { currentSignals } from '../policies/signals'
import { diiHashesOf } from './apply-choice'
import { identity } from './identity'

/** The identity of the page that is rendered: reads and decides, calls nobody, writes nothing. Once per request. */
export const readPublicIdentity = cache(() => identity().read())

const readReader = cache(() => identity().readReader())

/** Who is signed in, for account pages. Null also for a session that was ended. */
export const readCurrentReader = cache(async (): Promise<Reader | null> => (await readReader()).reader)

/** What this request and the store know of the reader's consent, for those to whom a page passes it on. */
export const readSignals = cache(async (): Promise<ConsentSignals & { gpc: boolean }> => {
  const { consent } = await readReader()
  const requestHeaders = await headers()
  const signals = currentSignals({ headers: requestHeaders }, consent?.signals ?? {})
  // What cannot be read may say that GDPR applies.
  const gdprApplies = signals.unreadable ? true : signals.gdprApplies
  // GPC, whether this site heeds it or not: those to whom it is passed on decide for themselves.
  return { ...signals, gdprApplies, gpc: requestHeaders.get('sec-gpc') === '1' }
})

/** All that is on record under the reader's address or number. Null when nothing can be, or the store is down. */
export const readRecords = cache(async (): Promise<ReaderRecords | null> => {
  const { subject } = await readReader()
  return subject ? consentStore.records(diiHashesOf(subject)).catch(() => null) : null
})
