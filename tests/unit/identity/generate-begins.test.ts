import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { openStore } from '#lib/consent/open-store.ts'
import { createSqlStore, type SqlStore } from '#lib/consent/sql.ts'
import { type Database, openDatabase } from '#lib/database/connection.ts'
import { sharedDatabase } from '#lib/database/shared-database.ts'
import { createOperatorCalls } from '#lib/identity/operator-calls.ts'
import { health } from '#lib/observe/health.ts'
import { operatorClient } from '#lib/site/operator-client.ts'
import { hashEmail, type Uid2Client } from '#lib/uid2/index.ts'
import { denial, grant } from '#tests/support/core.ts'
import { type TestOperator, testOperator } from '../../support/operator.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'
import { until } from '../../support/until.ts'

const pepper = 'pepper'.padEnd(32, '.')
/** Between the read of the store and the sending of a generate. Open unless a test closes it. */
let gate = { reached: () => {}, passed: Promise.resolve() }

let postgres: TestPostgres
let operator: TestOperator
/** The store of another instance, with a pool of its own. */
let other: Database
let otherStore: SqlStore
let admin: pg.Client
let url: string
let reader: { email: string; subject: { sub: string; sid: string; diiHash: string } }

beforeAll(async () => {
  postgres = await startPostgres()
  operator = await testOperator()
}, 120_000)
afterAll(async () => {
  await operator.close()
  await postgres.stop()
})

beforeEach(async () => {
  url = await postgres.database()
  becomeSite({ ...operator.env, UID2_TIMEOUT_MS: '30000', DATABASE_URL: url, CHOICES_PEPPER: pepper })
  await operator.set({})
  gate = { reached: () => {}, passed: Promise.resolve() }
  other = openDatabase(url)
  otherStore = createSqlStore(other, [pepper], Date.now)
  admin = new pg.Client({ connectionString: url })
  await admin.connect()
  const email = `${randomBytes(6).toString('hex')}@example.com`
  reader = { email, subject: { sub: 'demo:a', sid: 'sid', diiHash: await hashEmail(email) } }
  await openStore()
  await consentStore.recordChoice(reader.subject, grant)
})
afterEach(async () => {
  await admin.end()
  await other.db.destroy()
  await (await sharedDatabase()).db.destroy()
})

/** By this instance, with the site's own store. */
function generate() {
  const client: Uid2Client = {
    ...operatorClient(),
    async generateToken(...args) {
      gate.reached()
      await gate.passed
      return operatorClient().generateToken(...args)
    },
  }
  const emit = () => {}
  const setup = {
    client,
    store: consentStore,
    product: 'uid2',
    timeoutMs: 30_000,
    name: 'uid2',
    emit,
  } as const
  return createOperatorCalls(setup).generate(reader.subject, { email: reader.email }).promise
}
const calls = async () => (await operator.calls()).generate
const waiting = (count: number) =>
  until(async () => {
    const { rows } = await admin.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`)
    return rows.length === count
  })

/** A generate that has read the store and is not yet sent. */
async function unsentGenerate() {
  let send = () => {}
  const passed = new Promise<void>((resolve) => {
    send = resolve
  })
  const reached = new Promise<void>((resolve) => {
    gate = { reached: resolve, passed }
  })
  const outcome = generate()
  await reached
  return { outcome, send }
}

/** Delays the commit of writes to a table until the result is called. */
async function holdWrites(table: string) {
  const locker = new pg.Client({ connectionString: url })
  await locker.connect()
  await locker.query('begin')
  await locker.query(`lock table ${table} in share mode`)
  return async () => {
    await locker.query('rollback')
    await locker.end()
  }
}

const revocations: [string, string, () => Promise<unknown>, string][] = [
  ['an opt-out', 'opt_outs', () => otherStore.recordOptOut(reader.subject.diiHash, 'uid2'), 'optout'],
  [
    'a denial',
    'choice_events',
    () => otherStore.recordChoice({ ...reader.subject, sub: 'demo:b' }, denial),
    'not_allowed',
  ],
  ['a sign-out', 'ended_sessions', () => otherStore.endSession('sid', Date.now() + 60_000), 'not_allowed'],
]

describe('a generate while another instance records (U3, K6, N4)', () => {
  it.each(revocations)(
    '%s is not sent: it waits for the record, and is then not allowed',
    async (_, table, record, status) => {
      const release = await holdWrites(table)
      const recording = record()
      // It has its lock, and waits for the table.
      await until(async () => {
        const { rows } = await admin.query(
          `select 1 from pg_locks where locktype = 'relation' and not granted`,
        )
        return rows.length === 1
      })
      const generating = generate()
      await waiting(1)
      await release()
      await recording
      expect(await generating).toEqual({ status })
      expect(await calls()).toBe(0)
    },
  )

  it.each(revocations)(
    '%s is sent first when it has read the store before',
    async (_, table, record, status) => {
      const { outcome, send } = await unsentGenerate()
      const recording = record()
      await waiting(1)
      const { rows } = await admin.query(`select at from opt_outs union select until from ended_sessions
      union select at from choice_events where advertising = 'denied'`)
      expect({ table, rows }).toEqual({ table, rows: [] })
      expect(await calls()).toBe(0)
      send()
      await recording
      expect(await outcome).toMatchObject({ status: 'success' })
      expect(await calls()).toBe(1)
      expect(await generate()).toEqual({ status })
      expect(await calls()).toBe(1)
    },
  )
})

describe('a generate whose store fails after it was sent', () => {
  async function cutThenSend() {
    const { outcome, send } = await unsentGenerate()
    const mine = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
    await admin.query(`select pg_terminate_backend(pid) ${mine}`)
    await until(async () => (await admin.query(`select 1 ${mine}`)).rows.length === 0)
    send()
    return outcome
  }
  const read = () => vi.waitFor(() => consentStore.read(reader.subject), { timeout: 15_000 })

  it('counts, and is not repeated', async () => {
    expect(await cutThenSend()).toMatchObject({ status: 'success' })
    expect(await read()).toMatchObject({ choice: 'granted' })
    expect(health().store).toBe('ok')
    expect(await calls()).toBe(1)
  })

  it('records an opt-out in its answer before anything is read again (U3)', async () => {
    await operator.set({ faults: [{ on: 'generate', kind: 'optout' }] })
    expect(await cutThenSend()).toEqual({ status: 'optout' })
    expect(await read()).toMatchObject({ optedOut: true })
    expect(await calls()).toBe(1)
  })
})
