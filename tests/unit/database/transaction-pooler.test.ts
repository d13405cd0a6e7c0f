import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { withDatabase } from '#lib/database/access.ts'
import { openDatabase } from '#lib/database/connection.ts'
import { createLimiter } from '#lib/database/limiter.ts'
import { migrate, missingMigrations } from '#lib/database/migrations.ts'
import { closeDatabase, sharedDatabase } from '#lib/database/shared-database.ts'
import { health } from '#lib/observe/health.ts'
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

/** A process whose store is open, as it is once a site has started. */
async function becomeInstance() {
  becomeSite({
    DATABASE_URL: pooler.url,
    CHOICES_PEPPER: 'p'.repeat(32),
    NEXTAUTH_SECRET: 'the-secret-of-this-site'.padEnd(32, '.'),
  })
  await sharedDatabase()
}

async function asked<T extends object>(text: string): Promise<T[]> {
  const client = new Client({ connectionString: direct })
  await client.connect()
  const { rows } = await client.query<T>(text)
  await client.end()
  return rows
}

it('E6: behind PgBouncer in transaction mode instances count their limits together', async () => {
  const rule = { points: 5, seconds: 60 }
  const answers: (number | null)[] = []
  for (let instance = 0; instance < 3; instance++) {
    await becomeInstance()
    for (let i = 0; i < 5; i++) answers.push(await createLimiter('a', rule).consume('203.0.113.7'))
    await closeDatabase()
  }
  expect(answers.filter((seconds) => seconds === null)).toHaveLength(5)
  expect(await asked('select points from rate_limits')).toEqual([{ points: 15 }])
  expect(health().store).toBe('ok')
})

it('E6: limits and choices at once keep the store ok', async () => {
  await becomeInstance()
  const subject = { sub: 'demo:a', sid: 's', diiHash: 'hash' }
  const choice = { advertising: 'granted', version: 'v', wording: 'w', source: 'page' } as const
  const work = Array.from({ length: 10 }, async (_, i) => {
    await createLimiter('a', { points: 1000, seconds: 60 }).consume(`203.0.113.${i}`)
    await consentStore.recordChoice({ ...subject, sub: `demo:${i}` }, choice)
    return consentStore.withSharedLock({ ...subject, sub: `demo:${i}` }, async () => i)
  })
  expect(await Promise.all(work)).toEqual(work.map((_, i) => i))
  expect(health().store).toBe('ok')
})

it('E6: of processes that start at once one migrates, and no lock stays with a connection of the pooler', async () => {
  const processes = Array.from({ length: 3 }, () => openDatabase(pooler.url, 5000, 0))
  await Promise.all(processes.map((opened) => migrate(opened)))
  for (const opened of processes) expect(await missingMigrations(opened)).toEqual([])
  await Promise.all(processes.map(({ db }) => db.destroy()))
  expect(await asked("select pid from pg_locks where locktype = 'advisory'")).toEqual([])
})

it('E6: a migration that fails leaves no lock either', async () => {
  const opened = openDatabase(pooler.url, 5000, 0)
  // In the place of a table that the first migration makes.
  await asked('create table sign_in_secrets (id text)')
  await expect(migrate(opened)).rejects.toThrow(/migration failed/)
  await opened.db.destroy()
  expect(await asked("select pid from pg_locks where locktype = 'advisory'")).toEqual([])
  await asked('drop table sign_in_secrets')
  await becomeInstance()
  expect(await withDatabase('choices', async ({ engine }) => engine)).toBe('postgres')
})
