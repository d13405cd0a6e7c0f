import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '#lib/database/connection.ts'
import { migrate } from '#lib/database/migrations.ts'
import { errorCode } from '#lib/observe/error-code.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { until } from '../../support/until.ts'

let postgres: TestPostgres
let url: string
let opened: Database
let other: pg.Client

beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

beforeEach(async () => {
  url = await postgres.database()
  opened = openDatabase(url)
  await migrate(opened)
  other = new pg.Client({ connectionString: url })
  await other.connect()
})
afterEach(async () => {
  await opened.db.destroy()
  await other.end()
})

const others = 'from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'
const cut = () => other.query(`select pg_terminate_backend(pid) ${others}`)
const endSession = (sid: string) =>
  opened.db.insertInto('ended_sessions').values({ sid_hash: sid, until: 1 }).execute()
const ended = async () => (await other.query('select sid_hash from ended_sessions')).rows

it('a query that is given up inside a transaction does not affect later ones', async () => {
  await other.query('select pg_advisory_lock(1)')
  const waiting = opened.db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(1)`.execute(trx)
  })
  await expect(waiting).rejects.toThrow()
  await other.query('select pg_advisory_unlock(1)')
  // Acknowledged, so it must be recorded.
  await endSession('sid')
  expect(await ended()).toEqual([{ sid_hash: 'sid' }])
  const locks = async () => (await other.query(`select 1 from pg_locks where locktype = 'advisory'`)).rows
  await until(async () => (await locks()).length === 0)
})

it('a connection that is cut during a transaction fails its work, not the process', async () => {
  const begun = opened.db.transaction().execute(async (trx) => {
    await sql`select 1`.execute(trx)
    await cut()
    await until(async () => (await other.query(`select 1 ${others}`)).rows.length === 0)
    await sql`select 1`.execute(trx)
  })
  await expect(begun).rejects.toThrow()
  await endSession('sid')
  expect(await ended()).toEqual([{ sid_hash: 'sid' }])
})

it('a connection that is cut during a query fails its work, not the process', async () => {
  const asleep = `select 1 ${others} and wait_event = 'PgSleep'`
  const query = sql`select pg_sleep(60)`.execute(opened.db)
  await Promise.all([
    expect(query).rejects.toThrow(),
    until(async () => (await other.query(asleep)).rows.length > 0).then(cut),
  ])
  await endSession('sid')
  expect(await ended()).toEqual([{ sid_hash: 'sid' }])
})

describe('an error of a connection has a code', () => {
  const codeOf = (work: Promise<unknown>) => work.then(() => 'none', errorCode)

  it('pool_busy when all connections are in use', async () => {
    const small = openDatabase(url, 200)
    let release = () => {}
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    let taken = 0
    const inUse = Array.from({ length: 10 }, () =>
      small.db.connection().execute(() => {
        taken++
        return released
      }),
    )
    await until(() => taken === 10)
    expect(await codeOf(sql`select 1`.execute(small.db))).toBe('pool_busy')
    release()
    await Promise.all(inUse)
    await small.db.destroy()
  })

  it('timeout when a query hangs', async () => {
    const limited = openDatabase(url, 200)
    expect(await codeOf(sql`select pg_sleep(60)`.execute(limited.db))).toBe('timeout')
    await limited.db.destroy()
  })

  it('connect_timeout when a server accepts the connection and does not answer', async () => {
    const silent = createServer()
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const { port } = silent.address() as AddressInfo
    const unanswered = openDatabase(`postgres://nobody@127.0.0.1:${port}/none`, 200)
    expect(await codeOf(sql`select 1`.execute(unanswered.db))).toBe('connect_timeout')
    await unanswered.db.destroy()
    silent.close()
  })
})

it('only the account that runs the site can read the file of an SQLite database (S15)', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'lantern-mode-')), 'choices.db')
  writeFileSync(file, '', { mode: 0o644 })
  const { db, engine } = openDatabase(`file:${file}`)
  await migrate({ db, engine })
  for (const name of [file, `${file}-wal`, `${file}-shm`])
    expect(statSync(name).mode & 0o777, name).toBe(0o600)
  await db.destroy()
})
