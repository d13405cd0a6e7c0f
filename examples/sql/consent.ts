import 'server-only'
import { createSqlStore } from '@/lib/consent/sql'
import { type ConsentRecords, diiHashesOf } from '@/lib/consent/store'
import { openDatabase } from '@/lib/database/connection'
import { migrate, missingMigrations } from '@/lib/database/migrations'
import { retryWhileBusy } from '@/lib/database/retry-while-busy'
import { processWide } from '@/lib/identity/single-flight'
import type { Subject } from '@/lib/identity/types'
import { variable } from '../minimal/environment'

/** At most so many revocations wait to be written. Above it nothing is read, so no reader gets a token. */
const mostUnwritten = 10_000

/** Who consented, who opted out, which sessions have ended: in place of the store in memory. */
export const consent = processWide('sql consent', createStore)

/**
 * The SQL store, opened at the first request; a failure is tried again by the next. A denial, an opt-out, a sign-out or signals
 * that could not be written reject, are kept in memory, and are written before their reader is read again: until then there is no
 * token.
 */
function createStore(): ConsentRecords {
  let opened: Promise<ConsentRecords> | undefined
  const store = () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    }))
  const unwritten = new Map<string, () => Promise<void>>()

  async function revoke(
    keys: readonly string[],
    write: (store: ConsentRecords) => Promise<void>,
  ): Promise<void> {
    const run = () => retryWhileBusy(async () => write(await store()), 1000)
    try {
      await run()
    } catch (error) {
      for (const key of keys) unwritten.set(key, run)
      throw error
    }
  }

  async function writeThoseOf(keys: readonly string[]): Promise<void> {
    if (unwritten.size >= mostUnwritten) throw new Error('Too many revocations could not be written.')
    for (const key of keys) {
      await unwritten.get(key)?.()
      unwritten.delete(key)
    }
  }

  const keysOf = (kind: 'denial' | 'opt-out' | 'signals', subject: Omit<Subject, 'sid'>) =>
    diiHashesOf(subject).map((hash) => `${kind} ${hash}`)
  const allKeysOf = (subject: Omit<Subject, 'sid'>) =>
    (['denial', 'opt-out', 'signals'] as const).flatMap((kind) => keysOf(kind, subject))

  return {
    async read(subject) {
      await writeThoseOf([...allKeysOf(subject), `session ${subject.sid}`])
      return (await store()).read(subject)
    },
    async isSessionEnded(sid) {
      await writeThoseOf([`session ${sid}`])
      return (await store()).isSessionEnded(sid)
    },
    async withSharedLock(subject, act) {
      await writeThoseOf([...allKeysOf(subject), `session ${subject.sid}`])
      return (await store()).withSharedLock(subject, act)
    },
    async recordChoice(subject, choice) {
      const write = async (records: ConsentRecords) => records.recordChoice(subject, choice)
      if (choice.advertising === 'denied') return revoke(keysOf('denial', subject), write)
      await writeThoseOf(allKeysOf(subject))
      return retryWhileBusy(async () => write(await store()), 1000)
    },
    recordSignals: (subject, signals) =>
      revoke(keysOf('signals', subject), (records) => records.recordSignals(subject, signals)),
    recordOptOut: (diiHash, product) =>
      revoke([`opt-out ${diiHash}`], (records) => records.recordOptOut(diiHash, product)),
    endSession: (sid, until) => revoke([`session ${sid}`], (records) => records.endSession(sid, until)),
    forget: async (hashes) => (await store()).forget(hashes),
  }
}

async function open(): Promise<ConsentRecords> {
  // Readers are kept under keyed hashes. With another key every opt-out would be missed.
  const pepper = variable('CHOICES_PEPPER')
  if (pepper.length < 32) throw new Error('CHOICES_PEPPER needs at least 32 characters.')
  // `file:PATH` for SQLite, `postgres://…` for PostgreSQL.
  const database = openDatabase(variable('DATABASE_URL'))
  try {
    // Without any missing, a role that may not change tables is enough.
    if ((await missingMigrations(database)).length > 0) await migrate(database)
  } catch (error) {
    await database.db.destroy()
    throw error
  }
  return createSqlStore(database, [pepper], Date.now)
}
