import 'server-only'
import { RejectedWriteError, StoreDownError, withDatabase } from '../database/access'
import type { Choice, Subject } from '../identity/types'
import { logEvent } from '../observe/log'
import { processWide } from '../shared/process-wide'
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
 * The site's consent store: the SQL store, with revocations that survive an outage. A revocation that cannot
 * be written rejects, is kept in memory, and is retried by `retryRevocations`. Until it is written this
 * process gives that reader no token. Other readers and revocations do not wait for it. Errors are
 * `StoreDownError` and `RejectedWriteError`.
 */
export const consentStore: ConsentRecords & Pick<SqlStore, 'records'> = {
  read: async (subject) => {
    requireNonePending(subject)
    return withStore((store) => store.read(subject))
  },
  isSessionEnded: async (sid) => isEndPending(sid) || withStore((store) => store.isSessionEnded(sid)),
  withSharedLock: (subject, act) =>
    withStore((store) =>
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
  records: (diiHashes) => withStore((store) => store.records(diiHashes)),
  forget: (diiHashes) => withStore((store) => store.forget(diiHashes)),
}

/**
 * When too many revocations are pending, nothing is read, so no operator call starts that could report
 * another opt-out.
 */
const withStore = async <T>(work: (store: SqlStore) => Promise<T>): Promise<T> => {
  if (isFull()) throw new StoreDownError('Too many revocations are pending.')
  return withSqlStore(work)
}

const withSqlStore = <T>(work: (store: SqlStore) => Promise<T>): Promise<T> =>
  withDatabase('choices', async (opened) => work(await storeFor(opened)))

/** Plain data, so that a pending revocation keeps no request in memory. */
const withoutSession = ({ sub, diiHash, otherDiiHashes = [] }: Omit<Subject, 'sid'>) => ({
  sub,
  diiHash,
  otherDiiHashes,
})

function requireNonePending(subject: Omit<Subject, 'sid'> & { sid?: string }): void {
  if (isRevocationPending(subject)) throw new StoreDownError('A revocation of this reader is pending.')
}

/** Written only after the reader's earlier revocations. */
async function recordConsent(subject: Omit<Subject, 'sid'>, choice: Choice): Promise<void> {
  if (isRevocationPending(subject)) await retryRevocations()
  requireNonePending(subject)
  await withStore((store) => store.recordChoice(subject, choice))
}

async function recordRevocation(revocation: Revocation): Promise<void> {
  try {
    await write(revocation)
  } catch (error) {
    // A revocation that can never be written would block its reader's token for good.
    if (!(error instanceof RejectedWriteError)) addPending(revocation)
    throw error
  }
}

const write = (revocation: Revocation): Promise<void> =>
  withSqlStore((store) => writeRevocation(store, revocation)).catch((error: unknown) => {
    const plain = error instanceof RejectedWriteError ? withoutText(revocation) : null
    if (plain === null) throw error
    return withSqlStore((store) => writeRevocation(store, plain))
  })

/** Records a denial even when the database cannot store its text. */
const withoutText = (revocation: Revocation): Revocation | null =>
  revocation.kind === 'denial'
    ? { ...revocation, choice: { ...revocation.choice, wording: '', signals: undefined } }
    : null

const state = () => processWide('revocations', () => ({ writing: null as Promise<void> | null }))

/** Writes each pending revocation. Called on a timer and before the process exits. Never rejects. */
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
