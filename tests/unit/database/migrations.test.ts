import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { openStore } from '#lib/consent/open-store.ts'
import { StoreDownError } from '#lib/database/access.ts'
import { type Engine, openDatabase } from '#lib/database/connection.ts'
import { MigrationError, migrate, migrations, missingMigrations } from '#lib/database/migrations.ts'
import type { Schema } from '#lib/database/schema.ts'
import { closeDatabase } from '#lib/database/shared-database.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

const sqliteUrl = () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-migrations-')), 'choices.db')}`

describe.each([
  ['SQLite', async () => sqliteUrl()],
  ['PostgreSQL', () => postgres.database()],
])('a database on %s', (_, newUrl) => {
  let db: Kysely<Schema>
  let engine: Engine

  beforeEach(async () => {
    const opened = openDatabase(await newUrl())
    db = opened.db
    engine = opened.engine
  })
  afterEach(() => db.destroy())

  const tables = async () => (await db.introspection.getTables()).map(({ name }) => name).sort()

  /** Migrates the database only as far as an earlier release did. */
  async function asLeftBy(last: string) {
    const known = Object.entries(migrations(engine)).filter(([name]) => name <= last)
    expect(known.at(-1)?.[0]).toBe(last)
    const provider = {
      getMigrations: async (): Promise<Record<string, Migration>> => Object.fromEntries(known),
    }
    const { error } = await new Migrator({ db, provider }).migrateToLatest()
    expect(error).toBeUndefined()
  }

  const event = (
    advertising: 'granted' | 'denied',
    at: number,
    { sub = 'demo:a', dii_key = 'dii', pepper = 'p' } = {},
  ) =>
    db
      .insertInto('choice_events')
      // As earlier releases wrote it, without a product.
      .values({
        sub,
        dii_key,
        pepper,
        advertising,
        version: '1',
        wording: 'May we?',
        source: 'page',
        at,
      } as never)
      .execute()

  const siteOptOuts = () => db.selectFrom('site_opt_outs').selectAll().orderBy('dii_key').execute()

  it.each(['001-choices', '002-sign-in'])(
    'of %s keeps its records, and gets the schema of a new one',
    async (last) => {
      await asLeftBy(last)
      const before = await tables()
      await event('granted', 1)
      await db.insertInto('opt_outs').values({ dii_key: 'out', pepper: 'p', source: 'uid2', at: 2 }).execute()
      const signals = { sub: 'demo:a', dii_key: 'dii', pepper: 'p', signals: '{}', at: 3 }
      await db.insertInto('consent_signals').values(signals).execute()
      await db.insertInto('ended_sessions').values({ sid_hash: 'hash', until: 1_800_000_000_000 }).execute()
      const dump = () =>
        Promise.all(
          before.map((name) => sql`select * from ${sql.table(name)}`.execute(db).then(({ rows }) => rows)),
        )
      const rows = await dump()

      await migrate({ db, engine })
      await migrate({ db, engine })
      const migratedRows = await dump()
      const asBefore = migratedRows.map((table) =>
        table.map((row) => {
          const { product: _, ...rest } = row as Record<string, unknown>
          return rest
        }),
      )
      expect(asBefore).toEqual(rows)
      const migrated = await tables()
      await db.destroy()
      db = openDatabase(await newUrl()).db
      await migrate({ db, engine })
      expect(migrated).toEqual(await tables())
      expect(migrated.length).toBeGreaterThan(before.length)
    },
  )

  it('with current denials gets opt-outs from this site, one for each address (K6)', async () => {
    await asLeftBy('002-sign-in')
    await event('denied', 1, { dii_key: 'denied' })
    await event('denied', 2, { dii_key: 'denied twice' })
    await event('denied', 3, { dii_key: 'denied twice' })
    await event('granted', 4, { dii_key: 'granted, denied' })
    await event('denied', 5, { dii_key: 'granted, denied', pepper: 'q' })
    await event('denied', 6, { dii_key: 'two accounts' })
    await event('denied', 7, { dii_key: 'two accounts', sub: 'demo:b' })
    // Later, but by another account: this does not end the denial.
    await event('denied', 8, { dii_key: 'denied, granted by another' })
    await event('granted', 9, { dii_key: 'denied, granted by another', sub: 'demo:b' })
    await migrate({ db, engine })
    expect(await siteOptOuts()).toEqual([
      { dii_key: 'denied', pepper: 'p', at: 1 },
      { dii_key: 'denied twice', pepper: 'p', at: 3 },
      { dii_key: 'denied, granted by another', pepper: 'p', at: 8 },
      { dii_key: 'granted, denied', pepper: 'q', at: 5 },
      { dii_key: 'two accounts', pepper: 'p', at: 7 },
    ])
  })

  it('with a denial before a consent of the same account gets no opt-out (K6)', async () => {
    await asLeftBy('002-sign-in')
    await event('granted', 1, { dii_key: 'granted' })
    await event('denied', 3, { dii_key: 'denied, granted' })
    // The latest is the one recorded last, whatever its time.
    await event('granted', 2, { dii_key: 'denied, granted' })
    await migrate({ db, engine })
    expect(await siteOptOuts()).toEqual([])
  })

  it('that is up to date is not changed, also for a role that may not change tables', async () => {
    await migrate({ db, engine })
    expect(await missingMigrations({ db, engine })).toEqual([])
    // A newer release was here, and was rolled back.
    await sql`insert into kysely_migration (name, timestamp) values ('999-of-a-newer-release', '')`.execute(
      db,
    )
    expect(await missingMigrations({ db, engine })).toEqual([])
  })

  it('that cannot be migrated reports the code of the driver', async () => {
    await sql`create table opt_outs (dii_key text)`.execute(db)
    const failure = await migrate({ db, engine }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationError)
    expect((failure as MigrationError).code).toBe(engine === 'sqlite' ? 'SQLITE_ERROR' : '42P07')
  })
})

it('a role that may only read and write can use a database that another role migrated (D8)', async () => {
  const url = await postgres.database()
  const owner = openDatabase(url)
  await migrate(owner)
  await sql`create role limited login`.execute(owner.db)
  await sql`grant select, insert, update, delete on all tables in schema public to limited`.execute(owner.db)
  becomeSite({ DATABASE_URL: url.replace('lantern@', 'limited@'), CHOICES_PEPPER: 'p'.repeat(32) })
  await openStore()
  await consentStore.recordOptOut('hash', 'uid2')
  await consentStore.endSession('sid', Date.now() + 60_000)
  expect(await consentStore.isSessionEnded('sid')).toBe(true)
  await closeDatabase()
  await owner.db.destroy()
})

describe('a migration that takes longer than a page may wait', () => {
  it('runs once, to its end, while pages get a StoreDownError', async () => {
    const url = await postgres.database()
    const { db, engine } = openDatabase(url)
    const { '004-consent-of-one-product': _, ...earlier } = migrations(engine)
    const provider = { getMigrations: async () => earlier }
    expect((await new Migrator({ db, provider }).migrateToLatest()).error).toBeUndefined()
    const locker = new pg.Client({ connectionString: url })
    await locker.connect()
    await locker.query('begin')
    await locker.query('lock table choice_events in access share mode')

    becomeSite({ DATABASE_URL: url, CHOICES_PEPPER: 'p'.repeat(32) })
    const look = () => consentStore.isSessionEnded('x')
    for (let i = 0; i < 3; i++) {
      await expect(look()).rejects.toThrow(StoreDownError)
      await vi.waitFor(() => expect(look()).rejects.toThrow(/cannot be reached/), { timeout: 15_000 })
    }
    const { rows } = await locker.query(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`)
    expect(rows).toHaveLength(1)
    await locker.query('rollback')
    await locker.end()
    await vi.waitFor(async () => expect(await look()).toBe(false), { timeout: 15_000 })
    expect(await missingMigrations({ db, engine })).toEqual([])
    await db.destroy()
    await closeDatabase()
  })
})
