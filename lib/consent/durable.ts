import 'server-only'
import { RejectedWriteError, StoreDownError, withDatabase } from '../database/access'
import type { Choice, Subject } from '../identity/types'
import { logEvent } from '../observe/log'
import { perProcess } from '../shared/per-process'
import { storeFor } from './open-store'
import {
  addPending,
  isEndPending,
  isFull,
  isRevocationPending,
  pendingCount,
  pendingRevocations,
  type Revocation,
  removePending,
  writeRevocation,
} from './pending-revocations'
import type { SqlStore } from './sql'
import type { ConsentRecords } from './store'

/**
 * The site's consent store: the SQL store, with revocations that outlive an outage. One that cannot be written rejects,
 * waits in memory, and is tried again by `retryRevocations`. Until it is written this process gives that reader no
 * token. Other readers, and other revocations, do not wait for it. Failures are `StoreDownError` and
 * `RejectedWriteError`.
 */
export const consentStore: ConsentRecords & Pick<SqlStore, 'records'> = {
  read: async (subject) => {
    requireNonePending(subject)
    return onStore((store) => store.read(subject))
  },
  isSessionEnded: async (sid) => isEndPending(sid) || onStore((store) => store.isSessionEnded(sid)),
  withSharedLock: (subject, act) =>
    onStore((store) =>
      store.withSharedLock(subject, async (state) => {
        requireNonePending(subject)
        return act(state)
      }),
    ),
  recordChoice: (subject, choice) =>
    choice.advertising === 'granted'
      ? recordConsent(subject, choice)
      : recordRevocation({ kind: 'denial', subject: withoutSession(subject), choice }),
  recordSignals: (subject, signals) =>
    recordRevocation({ kind: 'signals', subject: withoutSession(subject), signals }),
  recordOptOut: (diiHash, product) => recordRevocation({ kind: 'opt_out', diiHash, product }),
  endSession: (sid, until) => recordRevocation({ kind: 'session', sid, until }),
  records: (diiHashes) => onStore((store) => store.records(diiHashes)),
  forget: (diiHashes) => onStore((store) => store.forget(diiHashes)),
}

/** When too many wait, nothing is read, and so no call begins: no more opt-outs can come. */
const onStore = async <T>(work: (store: SqlStore) => Promise<T>): Promise<T> => {
  if (isFull()) throw new StoreDownError('Too many revocations wait to be written.')
  return onDatabase(work)
}

const onDatabase = <T>(work: (store: SqlStore) => Promise<T>): Promise<T> =>
  withDatabase('choices', async (opened) => work(await storeFor(opened)))

/** Plain data, so that one that waits to be written keeps no request alive. */
const withoutSession = ({ sub, diiHash, otherDiiHashes = [] }: Omit<Subject, 'sid'>) => ({
  sub,
  diiHash,
  otherDiiHashes,
})

function requireNonePending(subject: Omit<Subject, 'sid'> & { sid?: string }): void {
  if (isRevocationPending(subject))
    throw new StoreDownError('A revocation of this reader waits to be written.')
}

/** After what the reader revoked before it. */
async function recordConsent(subject: Omit<Subject, 'sid'>, choice: Choice): Promise<void> {
  if (isRevocationPending(subject)) await retryRevocations()
  requireNonePending(subject)
  await onStore((store) => store.recordChoice(subject, choice))
}

async function recordRevocation(revocation: Revocation): Promise<void> {
  try {
    await write(revocation)
  } catch (error) {
    // One that can never be written would only keep its reader without a token for good.
    if (!(error instanceof RejectedWriteError)) addPending(revocation)
    throw error
  }
}

const write = (revocation: Revocation): Promise<void> =>
  onDatabase((store) => writeRevocation(store, revocation)).catch((error: unknown) => {
    const plain = error instanceof RejectedWriteError ? withoutText(revocation) : null
    if (plain === null) throw error
    return onDatabase((store) => writeRevocation(store, plain))
  })

/** A denial counts, also where the database cannot hold the words that came with it. */
const withoutText = (revocation: Revocation): Revocation | null =>
  revocation.kind === 'denial'
    ? { ...revocation, choice: { ...revocation.choice, wording: '', signals: undefined } }
    : null

const state = () => perProcess('revocations', () => ({ writing: null as Promise<void> | null }))

/** Writes what waits, each by itself. Called on a timer and before the process exits. Never rejects. */
export function retryRevocations(): Promise<void> {
  const shared = state()
  shared.writing ??= writeAll().finally(() => {
    shared.writing = null
  })
  return shared.writing
}

async function writeAll(): Promise<void> {
  const before = pendingCount()
  if (before === 0) return
  for (const revocation of pendingRevocations())
    await write(revocation).then(
      () => removePending(revocation),
      (error: unknown) => {
        if (error instanceof RejectedWriteError) removePending(revocation)
      },
    )
  const written = before - pendingCount()
  if (written > 0) logEvent('info', 'revocations_written', { revocations: written })
}
