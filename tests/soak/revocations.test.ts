import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { instanceEnv } from '../support/instances.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

let postgres: TestPostgres
let operator: TestOperator

beforeAll(async () => {
  ;[postgres, operator] = await Promise.all([startPostgres(), testOperator()])
})
afterAll(async () => {
  await operator.close()
  await postgres.stop()
})

/** Blocks all writes until released. */
type Lock = () => Promise<() => Promise<void>>

const sqliteLock =
  (file: string): Lock =>
  async () => {
    const database = new SqliteDatabase(file)
    database.exec('begin immediate')
    return async () => {
      database.exec('rollback')
      database.close()
    }
  }

const postgresLock =
  (url: string): Lock =>
  async () => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query('begin')
    await client.query('lock table opt_outs, site_opt_outs, choice_events, ended_sessions in share mode')
    return async () => {
      await client.query('rollback')
      await client.end()
    }
  }

const engines: [string, () => Promise<{ url: string; lock: Lock }>][] = [
  [
    'SQLite',
    async () => {
      const file = join(mkdtempSync(join(tmpdir(), 'lantern-revocations-')), 'choices.db')
      return { url: `file:${file}`, lock: sqliteLock(file) }
    },
  ],
  [
    'PostgreSQL',
    async () => {
      const url = await postgres.database()
      return { url, lock: postgresLock(url) }
    },
  ],
]

describe.each(engines)('revocations in a short outage of %s', (_, make) => {
  let site: Site
  let env: Record<string, string>
  let lock: Lock

  beforeEach(async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const made = await make()
    lock = made.lock
    env = { ...instanceEnv, ...operator.env, DATABASE_URL: made.url }
    site = await startSite({ env })
  })
  afterEach(() => site.stop())

  async function consenting(email: string): Promise<Visitor> {
    const reader = visitor(site)
    await reader.signIn({ email })
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    return reader
  }

  const pending = async () =>
    ((await (await fetch(`${site.origin}/api/health`)).json()) as { pendingRevocations: number })
      .pendingRevocations

  /** An opt-out at the operator, a denial and a sign-out, which cannot be written. */
  async function revokeInOutage() {
    const [optedOut, denier, leaver] = [
      await consenting('opted-out@example.com'),
      await consenting('denier@example.com'),
      await consenting('leaver@example.com'),
    ]
    const copies = [optedOut, denier, leaver].map((reader) => new Map(reader.jar))
    await operator.set({
      lifetimes: dueAtOnce,
      faults: [{ on: 'refresh', kind: 'optout', latencyMs: 600_000 }],
    })
    const refresh = optedOut.ensure()
    await until(async () => (await operator.calls()).refresh === 1)
    const unlock = await lock()
    await operator.release()
    expect(await refresh).toMatchObject({ status: 'unavailable', reason: 'store' })
    expect(await denier.choose('denied')).toMatchObject({ status: 'unavailable', reason: 'store' })
    const left = await leaver.signOut()
    expect({ status: left.status, body: await left.json() }).toMatchObject({
      status: 503,
      body: { error: 'not_recorded' },
    })
    expect([...leaver.jar.keys()]).toEqual([])
    expect(await pending()).toBe(3)
    return { unlock, copies }
  }

  /** Another instance on the same store, which knows only what is written. */
  async function onRecord(copies: Map<string, string>[]) {
    await operator.set({})
    const other = await startSite({ env })
    const found = []
    for (const jar of copies) found.push((await visitor(other, jar).ensure()).status)
    await other.stop()
    expect(found).toEqual(['opted_out', 'denied', 'signed_out'])
    expect((await operator.calls()).generate).toBe(0)
  }

  it('are written once the outage is over, without another request (U3, K6, N4)', async () => {
    const { unlock, copies } = await revokeInOutage()
    await unlock()
    await until(async () => (await pending()) === 0)
    await onRecord(copies)
  })

  it('are written before the process ends (U3, K6, N4)', async () => {
    const { unlock, copies } = await revokeInOutage()
    await unlock()
    await site.stop()
    await onRecord(copies)
    expect(site.log()).not.toContain('revocations_lost')
  })
})
