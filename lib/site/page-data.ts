import 'server-only'
import { headers } from 'next/headers'
import { cache } from 'react'
import { consentStore } from '../consent/durable'
import type { ReaderRecords } from '../consent/sql-records'
import { diiHashesOf } from '../consent/store'
import type { ConsentSignals } from '../identity/public-identity'
import type { Reader } from '../identity/types'
import { currentSignals } from '../policies/signals'
import { identity } from './identity'

/** The identity for the current page. It only reads: no calls, no writes. Once per request. */
export const readPublicIdentity = cache(() => identity().read())

const readReader = cache(() => identity().readReader())

/** The signed-in reader, for account pages. Null also for an ended session. */
export const readCurrentReader = cache(async (): Promise<Reader | null> => (await readReader()).reader)

/**
 * The reader's consent signals, from this request and the store, for the exchanges that a page passes them
 * to.
 */
export const readSignals = cache(async (): Promise<ConsentSignals & { gpc: boolean }> => {
  const { consent } = await readReader()
  const requestHeaders = await headers()
  const signals = currentSignals({ headers: requestHeaders }, consent?.signals ?? {})
  // An unreadable string may say that GDPR applies.
  const gdprApplies = signals.unreadable ? true : signals.gdprApplies
  // GPC is passed on even with `GPC_SCOPE=off`: the receivers decide for themselves.
  return { ...signals, gdprApplies, gpc: requestHeaders.get('sec-gpc') === '1' }
})

/** All records of the reader's address or number. Null when there is none, or the store is down. */
export const readRecords = cache(async (): Promise<ReaderRecords | null> => {
  const { subject } = await readReader()
  return subject ? consentStore.records(diiHashesOf(subject)).catch(() => null) : null
})
