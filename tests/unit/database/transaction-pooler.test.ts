import { sql } from 'kysely'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { createSqlStore } from '#lib/consent/sql.ts'
import { withDatabase } from '#lib/database/access.ts'
import { openDatabase } from '#lib/database/connection.ts'
import { createLimiter } from '#lib/database/limiter.ts'
import { migrate, missingMigrations } from '#lib/database/migrations.ts'
import { closeDatabase, sharedDatabase } from '#lib/database/shared-database.ts'
import { health } from '#lib/observe/health.ts'
import { grant } from '#tests/support/core.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'
import { startTransactionPooler } from '../../support/transaction-pooler.ts'

let postgres: TestPostgres
let direct: string
let pooler: Awaited<ReturnType<typeof startTransactionPooler>>

beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())
beforeEach(async () => {
  direct = await postgres.database()
  pooler = await startTransactionPooler(direct)
})
afterEach(async () => {
  await closeDatabase()
  await pooler.stop()
})

/** A process with an open store, as after the start of a site. */
async function becomeInstance() {
  becomeSite({
    DATABASE_URL: pooler.url,
    CHOICES_PEPPER: 'p'.repeat(32),
    NEXTAUTH_SECRET: 'the-secret-of-this-site'.padEnd(32, '.'),
  })
  await sharedDatabase()
}

async function query<T extends object>(text: string): Promise<T[]> {
  const client = new Client({ connectionString: direct })
  await client.connect()
  const { rows } = await client.query<T>(text)
  await client.end()
  return rows
}

it('behind PgBouncer in transaction mode instances count their limits together (E6)', async () => {
  const rule = { points: 5, seconds: 60 }
  const answers: (number | null)[] = []
  for (let instance = 0; instance < 3; instance++) {
    await becomeInstance()
    for (let i = 0; i < 5; i++) answers.push(await createLimiter('a', rule).consume('203.0.113.7'))
    await closeDatabase()
  }
  expect(answers.filter((seconds) => seconds === null)).toHaveLength(5)
  expect(await query('select points from rate_limits')).toEqual([{ points: 15 }])
  expect(health().store).toBe('ok')
})

it('limits and choices in parallel keep the store ok (E6)', async () => {
  await becomeInstance()
  const subject = { sub: 'demo:a', sid: 's', diiHash: 'hash' }

  const work = Array.from({ length: 10 }, async (_, i) => {
    await createLimiter('a', { points: 1000, seconds: 60 }).consume(`203.0.113.${i}`)
    await consentStore.recordChoice({ ...subject, sub: `demo:${i}` }, grant)
    return consentStore.withSharedLock({ ...subject, sub: `demo:${i}` }, async () => i)
  })
  expect(await Promise.all(work)).toEqual(work.map((_, i) => i))
  expect(health().store).toBe('ok')
})

it('statements that a pooler loses, or has from another process, are sent again without a name (E6)', async () => {
  const subject = { sub: 'demo:a', sid: 's', diiHash: 'hash' }
  for (let instance = 0; instance < 3; instance++) {
    await becomeInstance()
    // Each read is on another connection of the pooler.
    for (let i = 0; i < 5; i++) expect(await consentStore.read(subject)).toMatchObject({ choice: null })
    await closeDatabase()
  }
  expect(health().store).toBe('ok')
})

it('without a pooler PostgreSQL plans the look-up of a reader once', async () => {
  const opened = openDatabase(direct)
  await migrate(opened)
  const store = createSqlStore(opened, ['p'.repeat(32)], Date.now)
  for (let i = 0; i < 3; i++) await store.read({ sub: 'demo:a', sid: 's', diiHash: 'hash' })
  const { rows } = await sql<{ runs: number }>`
    SELECT (generic_plans + custom_plans)::int AS runs FROM pg_prepared_statements
    WHERE statement LIKE '%ended_sessions%'`.execute(opened.db)
  expect(rows).toEqual([{ runs: 3 }])
  await opened.db.destroy()
})

it('one of several starting processes migrates, and no lock stays on a connection of the pooler (E6)', async () => {
  const processes = Array.from({ length: 3 }, () => openDatabase(pooler.url, 5000, 0))
  await Promise.all(processes.map((opened) => migrate(opened)))
  for (const opened of processes) expect(await missingMigrations(opened)).toEqual([])
  await Promise.all(processes.map(({ db }) => db.destroy()))
  expect(await query("select pid from pg_locks where locktype = 'advisory'")).toEqual([])
})

it('a failed migration leaves no lock either (E6)', async () => {
  const opened = openDatabase(pooler.url, 5000, 0)
  // In place of a table that the first migration creates.
  await query('create table sign_in_secrets (id text)')
  await expect(migrate(opened)).rejects.toThrow(/migration failed/)
  await opened.db.destroy()
  expect(await query("select pid from pg_locks where locktype = 'advisory'")).toEqual([])
  await query('drop table sign_in_secrets')
  await becomeInstance()
  expect(await withDatabase('choices', async ({ engine }) => engine)).toBe('postgres')
})
