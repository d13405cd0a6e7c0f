import 'server-only'
import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { errorCode } from '../observe/error-code'
import type { Database, Engine } from './connection'
import { retryWhileBusy } from './retry-while-busy'
import type { Schema } from './schema'

const lockWaitMs = 5000

export const tablesWithPepper = [
  'opt_outs',
  'site_opt_outs',
  'choice_events',
  'consent_signals',
  'erased_denials',
] as const

/**
 * The same for both engines, except for the counting column. Migrations that were released are never edited.
 */
export const migrations = (engine: Engine): Record<string, Migration> => ({
  '001-choices': {
    async up(db) {
      await db.schema
        .createTable('opt_outs')
        .addColumn('dii_key', 'text', (c) => c.primaryKey())
        .addColumn('pepper', 'text', (c) => c.notNull())
        .addColumn('source', 'text', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('choice_events')
        .addColumn('id', engine === 'sqlite' ? 'integer' : 'bigint', (c) =>
          engine === 'sqlite' ? c.primaryKey().autoIncrement() : c.primaryKey().generatedAlwaysAsIdentity(),
        )
        .addColumn('sub', 'text', (c) => c.notNull())
        .addColumn('dii_key', 'text', (c) => c.notNull())
        .addColumn('pepper', 'text', (c) => c.notNull())
        .addColumn('advertising', 'text', (c) => c.notNull())
        .addColumn('version', 'text', (c) => c.notNull())
        .addColumn('wording', 'text', (c) => c.notNull())
        .addColumn('source', 'text', (c) => c.notNull())
        .addColumn('signals', 'text')
        .addColumn('at', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('choice_events_reader')
        .on('choice_events')
        .columns(['sub', 'dii_key', 'id'])
        .execute()
      await db.schema
        .createTable('consent_signals')
        .addColumn('sub', 'text', (c) => c.notNull())
        .addColumn('dii_key', 'text', (c) => c.notNull())
        .addColumn('pepper', 'text', (c) => c.notNull())
        .addColumn('signals', 'text', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('consent_signals_reader', ['sub', 'dii_key'])
        .execute()
      await db.schema
        .createTable('ended_sessions')
        .addColumn('sid_hash', 'text', (c) => c.primaryKey())
        .addColumn('until', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
  '002-sign-in': {
    async up(db) {
      await db.schema
        .createTable('sign_in_secrets')
        .addColumn('id', 'text', (c) => c.primaryKey())
        .addColumn('hmac', 'text', (c) => c.notNull())
        .addColumn('attempts', 'integer', (c) => c.notNull())
        .addColumn('expires', 'bigint', (c) => c.notNull())
        .execute()
      // SQLite is for one process, which counts its limits in memory.
      if (engine === 'sqlite') return
      await db.schema
        .createTable('rate_limits')
        .addColumn('key', 'text', (c) => c.primaryKey())
        .addColumn('points', 'integer', (c) => c.notNull().defaultTo(0))
        .addColumn('expire', 'bigint')
        .execute()
    },
  },
  '003-site-opt-outs': {
    async up(db) {
      await db.schema
        .createTable('site_opt_outs')
        .addColumn('dii_key', 'text', (c) => c.primaryKey())
        .addColumn('pepper', 'text', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .execute()
      // Until now a denial was only an event: the current ones become opt-outs.
      await sql`
        insert into site_opt_outs (dii_key, pepper, at)
        select dii_key, pepper, max(at) from choice_events as event
        where advertising = 'denied' and not exists (
          select 1 from choice_events as later
          where later.sub = event.sub and later.dii_key = event.dii_key and later.id > event.id
        )
        group by dii_key, pepper`.execute(db)
      // A denial of an address or number counts for each account that has it.
      await db.schema
        .createIndex('choice_events_dii')
        .on('choice_events')
        .columns(['dii_key', 'advertising', 'id'])
        .execute()
      await db.schema.createIndex('consent_signals_dii').on('consent_signals').column('dii_key').execute()
    },
  },
  '004-consent-of-one-product': {
    async up(db) {
      // A column without a default is added at once, however many rows the table has.
      await db.schema.alterTable('choice_events').addColumn('product', 'text').execute()
      await db.schema
        .createTable('erased_denials')
        .addColumn('dii_key', 'text', (c) => c.primaryKey())
        .addColumn('pepper', 'text', (c) => c.notNull())
        .addColumn('event_id', 'bigint', (c) => c.notNull())
        .execute()
      // Each start asks which peppers are in use. With a million rows it must not read every row.
      for (const table of tablesWithPepper)
        await db.schema.createIndex(`${table}_pepper`).on(table).column('pepper').execute()
    },
  },
})

/**
 * The migrations that this database still needs. When there are none, nothing is run: so a role without the
 * right to change tables is enough, and an older release still works on the tables of a newer one.
 */
export async function missingMigrations({ db, engine }: Database): Promise<string[]> {
  const applied = await migratorOf(db, engine).getMigrations()
  return applied.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name)
}

/** A migration failed. `code`: the driver's, for the log. */
export class MigrationError extends Error {
  override name = 'MigrationError'
  readonly code: string

  constructor(cause: unknown) {
    super('The migration failed.', { cause })
    this.code = errorCode(cause)
  }
}

/** Brings the schema up to date. When several processes start at once, one migrates and the others wait. */
export async function migrate(opened: Database): Promise<void> {
  try {
    await migrateInTransaction(opened)
  } catch (error) {
    throw new MigrationError(error)
  }
}

/** The number of Kysely's own lock, which earlier releases of this site hold for a whole session. */
const lock = sql`select pg_advisory_xact_lock(3853314791062309107)`

/**
 * Runs in one transaction with an exclusive lock. Started here, because Kysely takes no lock on SQLite, takes
 * a session lock on PostgreSQL (see `PoolerDialect`), and cannot join a transaction started outside it.
 */
const migrateInTransaction = ({ db, engine }: Database): Promise<void> =>
  db.connection().execute(async (connection) => {
    const sqlite = engine === 'sqlite'
    // Reads what is missing after the wait for the lock, whatever the default isolation level is.
    const begin = sqlite ? sql`begin immediate` : sql`begin isolation level read committed`
    await retryWhileBusy(() => begin.execute(connection), lockWaitMs)
    try {
      if (!sqlite) await lock.execute(connection)
      await toLatest(connection, engine)
      await sql`commit`.execute(connection)
    } catch (error) {
      // The first error says more than a failed rollback.
      await sql`rollback`.execute(connection).catch(() => {})
      throw error
    }
  })

const migratorOf = (db: Kysely<Schema>, engine: Engine): Migrator =>
  new Migrator({
    db,
    provider: { getMigrations: async () => migrations(engine) },
    // `migrateInTransaction` has started one.
    disableTransactions: true,
  })

async function toLatest(db: Kysely<Schema>, engine: Engine): Promise<void> {
  // Another process may have migrated while this one waited.
  const missing = await missingMigrations({ db, engine })
  if (missing.length === 0) return
  const { error } = await migratorOf(db, engine).migrateToLatest()
  if (error !== undefined) throw error
}
