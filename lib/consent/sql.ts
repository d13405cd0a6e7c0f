import 'server-only'
import { type Insertable, type Kysely, sql } from 'kysely'
import type { Database } from '../database/connection'
import { tablesWithPepper } from '../database/migrations'
import type { Schema } from '../database/schema'
import type { ConsentSignals, Product } from '../identity/public-identity'
import type { Subject } from '../identity/types'
import { diiKey, pepperFingerprint, sidHash } from './keys'
import { eraseRecords, type ReaderRecords, readRecords } from './sql-records'
import { createStateReader } from './sql-state'
import { type ConsentRecords, diiHashesOf } from './store'

/** The durable store. Each write is committed when its promise resolves. */
export interface SqlStore extends ConsentRecords {
  /** All records of these DII, of every account. */
  records(diiHashes: readonly string[]): Promise<ReaderRecords>
  /** Fingerprints of the peppers that rows were written with. */
  peppersInUse(): Promise<string[]>
}

export function createSqlStore(
  { db, engine }: Pick<Database, 'db' | 'engine'>,
  peppers: readonly [string, ...string[]],
  now: () => number,
  product: Product = 'uid2',
): SqlStore {
  const [currentPepper] = peppers
  const current = (diiHash: string) => ({
    dii_key: diiKey(currentPepper, diiHash),
    pepper: pepperFingerprint(currentPepper),
  })
  const keysOf = (hashes: readonly string[]) =>
    hashes.flatMap((hash) => peppers.map((pepper) => diiKey(pepper, hash)))

  const keysOfSubject = (subject: Subject) => {
    const allKeys = keysOf(diiHashesOf(subject))
    // Those of the DII in use come first.
    return { product, sub: subject.sub, sid: subject.sid, keys: allKeys.slice(0, peppers.length), allKeys }
  }

  const readState = createStateReader(db)

  /** A transaction with an exclusive or shared lock on these DII or sessions. */
  const locked = <T>(
    how: 'exclusive' | 'shared',
    keys: readonly string[],
    work: (trx: Kysely<Schema>) => Promise<T>,
  ): Promise<T> => {
    // SQLite has one connection in one process, which is a lock by itself.
    if (engine === 'sqlite') return db.transaction().execute(work)
    const lock = sql.raw(how === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock')
    // The data must be read after the wait for the lock, whatever the default isolation level is.
    const transaction = db.transaction().setIsolationLevel('read committed')
    return transaction.execute(async (trx) => {
      // Always in the same order, which avoids deadlocks.
      for (const key of [...keys].sort()) await sql`select ${lock}(hashtextextended(${key}, 0))`.execute(trx)
      return work(trx)
    })
  }

  return {
    read: (subject) => readState(db, keysOfSubject(subject)),

    withSharedLock(subject, act) {
      const keys = keysOfSubject(subject)
      const locks = [...keys.allKeys, sidHash(subject.sid)]
      return locked('shared', locks, async (trx) => act(await readState(trx, keys)))
    },

    async isSessionEnded(sid) {
      const row = await db
        .selectFrom('ended_sessions')
        .select('sid_hash')
        .where('sid_hash', '=', sidHash(sid))
        .executeTakeFirst()
      return row !== undefined
    },

    async recordChoice(subject, { signals, ...choice }) {
      const { sub, diiHash } = subject
      const keys = keysOf(diiHashesOf(subject))
      const at = now()
      const event = {
        sub,
        ...current(diiHash),
        ...choice,
        product,
        signals: signals === undefined ? null : JSON.stringify(signals),
      }
      await locked('exclusive', keys, async (trx) => {
        if (signals !== undefined) await upsertSignals(trx, { sub, ...current(diiHash) }, signals, at)
        if (!(await isRepeat(trx, event, keys)))
          await trx
            .insertInto('choice_events')
            .values({ ...event, at })
            .execute()
        if (choice.advertising === 'granted')
          await trx.deleteFrom('site_opt_outs').where('dii_key', 'in', keys).execute()
        else
          await trx
            .insertInto('site_opt_outs')
            .values({ ...current(diiHash), at })
            .onConflict((conflict) => conflict.column('dii_key').doNothing())
            .execute()
      })
    },

    recordSignals: ({ sub, diiHash }, signals) =>
      upsertSignals(db, { sub, ...current(diiHash) }, signals, now()),

    recordOptOut: (diiHash, source) =>
      locked('exclusive', keysOf([diiHash]), async (trx) => {
        await trx
          .insertInto('opt_outs')
          .values({ ...current(diiHash), source, at: now() })
          .onConflict((conflict) => conflict.column('dii_key').doNothing())
          .execute()
      }),

    async endSession(sid, until) {
      await locked('exclusive', [sidHash(sid)], (trx) =>
        trx
          .insertInto('ended_sessions')
          .values({ sid_hash: sidHash(sid), until })
          .onConflict((conflict) => conflict.column('sid_hash').doNothing())
          .execute(),
      )
      await db
        .deleteFrom('ended_sessions')
        .where('until', '<', now() - clockSlackMs)
        .execute()
    },

    records: (diiHashes) => readRecords(db, keysOf(diiHashes)),

    forget(diiHashes) {
      const keys = keysOf(diiHashes)
      return locked('exclusive', keys, (trx) => eraseRecords(trx, keys))
    },

    async peppersInUse() {
      const found = await Promise.all(tablesWithPepper.map((table) => peppersOf(db, table)))
      return [...new Set(found.flat())]
    },
  }
}

/** One index look-up for each pepper, however many rows there are. */
async function peppersOf(db: Kysely<Schema>, table: (typeof tablesWithPepper)[number]): Promise<string[]> {
  const found: string[] = []
  for (let last = ''; ; ) {
    const { next } = await db
      .selectFrom(table)
      .where('pepper', '>', last)
      .select(({ fn }) => fn.min('pepper').as('next'))
      .executeTakeFirstOrThrow()
    if (next === null) return found
    found.push(next)
    last = next
  }
}

/** The clocks of two instances may differ by this much: one must not delete what the other has just ended. */
const clockSlackMs = 24 * 60 * 60 * 1000

type Event = Omit<Insertable<Schema['choice_events']>, 'at'>

/**
 * Whether this choice is the account's newest and still in force. Then nothing changes, and a flood of it
 * adds no rows. `keys`: of all DII concerned.
 */
async function isRepeat(db: Kysely<Schema>, event: Event, keys: readonly string[]): Promise<boolean> {
  const newest = await db
    .selectFrom('choice_events')
    .where('sub', '=', event.sub)
    .where('dii_key', '=', event.dii_key)
    .orderBy('id', 'desc')
    .limit(1)
    .selectAll()
    .executeTakeFirst()
  if (newest === undefined || !compared.every((field) => newest[field] === event[field])) return false
  const optedOut = await db
    .selectFrom('site_opt_outs')
    .where('dii_key', 'in', event.advertising === 'denied' ? [event.dii_key] : keys)
    .select('dii_key')
    .executeTakeFirst()
  if (event.advertising === 'denied') return optedOut !== undefined
  const denial = await db
    .selectFrom('choice_events')
    .where('dii_key', 'in', keys)
    .where('advertising', '=', 'denied')
    .where('id', '>', newest.id)
    .select('id')
    .executeTakeFirst()
  const erased = await db
    .selectFrom('erased_denials')
    .where('dii_key', 'in', keys)
    .where('event_id', '>', newest.id)
    .select('event_id')
    .executeTakeFirst()
  return optedOut === undefined && denial === undefined && erased === undefined
}

const compared = ['advertising', 'version', 'wording', 'source', 'signals', 'product'] as const

async function upsertSignals(
  db: Kysely<Schema>,
  reader: { sub: string; dii_key: string; pepper: string },
  signals: ConsentSignals,
  at: number,
): Promise<void> {
  const latest = { signals: JSON.stringify(signals), at }
  await db
    .insertInto('consent_signals')
    .values({ ...reader, ...latest })
    .onConflict((conflict) => conflict.columns(['sub', 'dii_key']).doUpdateSet(latest))
    .execute()
}
