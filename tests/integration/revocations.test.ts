import { mkdtempSync } from 'node:fs'
import { connect } from 'node:net'
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

/** Keeps all writes waiting until it is told to end. */
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

  /** An opt-out that the operator tells, a denial and a sign-out; none of them can be written. */
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
    const asked = optedOut.ensure()
    await until(async () => (await operator.calls()).refresh === 1)
    const unlock = await lock()
    await operator.release()
    expect(await asked).toMatchObject({ status: 'unavailable', reason: 'store' })
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

  /** Another instance on the same store, which knows what is written and nothing else. */
  async function onRecord(copies: Map<string, string>[]) {
    await operator.set({})
    const other = await startSite({ env })
    const found = []
    for (const jar of copies) found.push((await visitor(other, jar).ensure()).status)
    await other.stop()
    expect(found).toEqual(['opted_out', 'denied', 'signed_out'])
    expect((await operator.calls()).generate).toBe(0)
  }

  it('U3, K6, N4: are written once it is over, though no further request comes', async () => {
    const { unlock, copies } = await revokeInOutage()
    await unlock()
    await until(async () => (await pending()) === 0)
    await onRecord(copies)
  })

  it('U3, K6, N4: are written before the process ends', async () => {
    const { unlock, copies } = await revokeInOutage()
    await unlock()
    await site.stop()
    await onRecord(copies)
    expect(site.log()).not.toContain('revocations_lost')
  })

  it('K6: text that a database cannot hold is refused, and blocks no other reader', async () => {
    const reader = await consenting('poison@example.com')
    const other = await consenting('other@example.com')
    for (const wording of ['a\0b', 'half a pair: \ud800']) {
      const body = JSON.stringify({ advertising: 'denied', wording })
      expect((await reader.post('/api/choice', body)).status).toBe(422)
    }
    expect(await reader.choose('denied')).toMatchObject({ status: 'denied' })
    expect(await other.choose('denied')).toMatchObject({ status: 'denied' })
    expect(await pending()).toBe(0)
  })
})

describe('a site that is told to end', () => {
  it('ends within its deadline, though an upload never does', async () => {
    const site = await startSite({ env: operator.env })
    const upload = connect(site.port, '127.0.0.1')
    upload.write(
      `POST /api/choice HTTP/1.1\r\nHost: localhost:${site.port}\r\nOrigin: ${site.origin}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    )
    upload.on('error', () => {})
    await until(async () => (await fetch(`${site.origin}/api/health`)).status === 200)
    await site.stop()
    expect(site.log()).toContain('shutdown_deadline')
    upload.destroy()
  })
})

it('a session can be signed out of ten times a minute', async () => {
  const site = await startSite({ env: operator.env })
  const reader = visitor(site)
  await reader.signIn({ email: 'again@example.com' })
  const jar = new Map(reader.jar)
  const statuses: number[] = []
  for (let i = 0; i < 11; i++) statuses.push((await visitor(site, new Map(jar)).signOut()).status)
  expect(statuses).toEqual([...Array(10).fill(204), 429])
  expect(await visitor(site, jar).identity()).toMatchObject({ status: 'signed_out' })
  await site.stop()
})
