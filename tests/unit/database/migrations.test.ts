import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '#lib/database/connection.ts'
import { migrate } from '#lib/database/migrations.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

const sqliteUrl = () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-migrations-')), 'choices.db')}`
const choices = ['choice_events', 'consent_signals', 'ended_sessions', 'opt_outs']

it.each([
  ['SQLite', async () => sqliteUrl(), [...choices, 'sign_in_secrets']],
  ['PostgreSQL', () => postgres.database(), [...choices, 'rate_limits', 'sign_in_secrets']],
])('a database on %s from before sign-in by mail keeps its records', async (_, newUrl, expected) => {
  const { db, engine } = openDatabase(await newUrl())
  const tables = async () => (await db.introspection.getTables()).map(({ name }) => name).sort()
  await migrate(db, engine)
  // What 002 brought goes again: this is what 001 alone had left.
  for (const name of expected.filter((name) => !choices.includes(name)))
    await db.schema.dropTable(name).execute()
  await sql`delete from kysely_migration where name = '002-sign-in'`.execute(db)
  expect(await tables()).toEqual(choices)
  await db.insertInto('ended_sessions').values({ sid_hash: 'hash', until: 1_800_000_000_000 }).execute()

  await migrate(db, engine)
  await migrate(db, engine)
  expect(await tables()).toEqual(expected)
  expect(await db.selectFrom('ended_sessions').selectAll().execute()).toEqual([
    { sid_hash: 'hash', until: 1_800_000_000_000 },
  ])
  await db.destroy()
})
