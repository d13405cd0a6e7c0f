import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Engine, openDatabase } from '#lib/database/connection.ts'
import { migrate, migrations } from '#lib/database/migrations.ts'
import type { Schema } from '#lib/database/schema.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

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

  /** Leaves the database as a release did that knew these migrations alone. */
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
      .values({ sub, dii_key, pepper, advertising, version: '1', wording: 'May we?', source: 'page', at })
      .execute()

  const siteOptOuts = () => db.selectFrom('site_opt_outs').selectAll().orderBy('dii_key').execute()

  it.each(['001-choices', '002-sign-in'])(
    'as %s left it keeps its records, and becomes a new one',
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
      expect(await dump()).toEqual(rows)
      const migrated = await tables()
      await db.destroy()
      db = openDatabase(await newUrl()).db
      await migrate({ db, engine })
      expect(migrated).toEqual(await tables())
      expect(migrated.length).toBeGreaterThan(before.length)
    },
  )

  it('K6: noes that stand become opt-outs from this site, once for each address', async () => {
    await asLeftBy('002-sign-in')
    await event('denied', 1, { dii_key: 'no' })
    await event('denied', 2, { dii_key: 'no, twice' })
    await event('denied', 3, { dii_key: 'no, twice' })
    await event('granted', 4, { dii_key: 'yes, no' })
    await event('denied', 5, { dii_key: 'yes, no', pepper: 'q' })
    await event('denied', 6, { dii_key: 'two accounts' })
    await event('denied', 7, { dii_key: 'two accounts', sub: 'demo:b' })
    // Later, and of another account or another address: takes nothing back.
    await event('denied', 8, { dii_key: 'no, yes of another account' })
    await event('granted', 9, { dii_key: 'no, yes of another account', sub: 'demo:b' })
    await migrate({ db, engine })
    expect(await siteOptOuts()).toEqual([
      { dii_key: 'no', pepper: 'p', at: 1 },
      { dii_key: 'no, twice', pepper: 'p', at: 3 },
      { dii_key: 'no, yes of another account', pepper: 'p', at: 8 },
      { dii_key: 'two accounts', pepper: 'p', at: 7 },
      { dii_key: 'yes, no', pepper: 'q', at: 5 },
    ])
  })

  it('K6: a no that a yes of the same account followed becomes none', async () => {
    await asLeftBy('002-sign-in')
    await event('granted', 1, { dii_key: 'yes' })
    await event('denied', 3, { dii_key: 'no, yes' })
    // The latest is the one recorded last, whatever the clock said.
    await event('granted', 2, { dii_key: 'no, yes' })
    await migrate({ db, engine })
    expect(await siteOptOuts()).toEqual([])
  })
})
