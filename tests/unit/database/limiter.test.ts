import { AsyncLocalStorage } from 'node:async_hooks'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { withDatabase } from '#lib/database/access.ts'
import { createLimiter, type Limiter } from '#lib/database/limiter.ts'
import { sharedDatabase } from '#lib/database/shared-database.ts'
import { health } from '#lib/observe/health.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'
import { freePort } from '../../support/site.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
const rule = { points: 3, seconds: 60 }
const address = '203.0.113.7'
let postgres: TestPostgres
let variables: Record<string, string>

beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())
afterEach(() => {
  vi.useRealTimers()
})

const withUrl = (url: string) => ({
  DATABASE_URL: url,
  CHOICES_PEPPER: 'p'.repeat(32),
  NEXTAUTH_SECRET: secret,
})
const consume = (of: Limiter, count: number, key = address) =>
  Promise.all(Array.from({ length: count }, () => of.consume(key)))
const allowed = (answers: (number | null)[]) => answers.filter((seconds) => seconds === null).length

describe.each([
  ['SQLite', async () => ({ NEXTAUTH_SECRET: secret })],
  ['PostgreSQL', async () => withUrl(await postgres.database())],
  ['PostgreSQL that is down', async () => withUrl(`postgres://lantern@127.0.0.1:${await freePort()}/none`)],
])('a limiter with %s', (_, newVariables) => {
  beforeEach(async () => {
    variables = await newVariables()
    becomeSite(variables)
  })

  it('allows a number of uses of a key, also in parallel, and returns the time to wait', async () => {
    expect(allowed(await consume(createLimiter('a', rule), 20))).toBe(3)
    const seconds = await createLimiter('a', rule).consume(address)
    expect(seconds).toBeGreaterThanOrEqual(1)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(Number.isInteger(seconds)).toBe(true)
  })

  it('allows a key again after its time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await consume(createLimiter('a', rule), 4)
    vi.setSystemTime(Date.now() + 59_000)
    expect(await createLimiter('a', rule).consume(address)).toBe(1)
    vi.setSystemTime(Date.now() + 1001)
    expect(await createLimiter('a', rule).consume(address)).toBeNull()
  })

  it('sets no timer within a request (S25)', async () => {
    const requests = new AsyncLocalStorage<string>()
    const stores: unknown[] = []
    const { setTimeout } = globalThis
    vi.spyOn(globalThis, 'setTimeout').mockImplementation(((...timer: Parameters<typeof setTimeout>) => {
      stores.push(requests.getStore())
      return setTimeout(...timer)
    }) as typeof setTimeout)
    await requests.run('a request', () => consume(createLimiter('a', rule), 4))
    expect(stores.filter(Boolean)).toEqual([])
  })

  it('counts keys and limiters separately', async () => {
    await consume(createLimiter('a', rule), 4)
    expect(await createLimiter('a', rule).consume('203.0.113.8')).toBeNull()
    expect(await createLimiter('b', rule).consume(address)).toBeNull()
    expect(await createLimiter('a', rule).consume(address)).not.toBeNull()
  })
})

const keysInTable = async () => {
  const { db } = await sharedDatabase()
  const rows = await db.selectFrom('rate_limits').select('key').orderBy('key').execute()
  return rows.map(({ key }) => key)
}

describe('limits in PostgreSQL', () => {
  let url: string
  beforeEach(async () => {
    url = await postgres.database()
    becomeSite(withUrl(url))
  })

  it('instances count together', async () => {
    expect(allowed(await consume(createLimiter('a', rule), 2))).toBe(2)
    // Another process, with a pool and a memory of its own.
    becomeSite(withUrl(url))
    expect(allowed(await consume(createLimiter('a', rule), 2))).toBe(1)
    becomeSite(withUrl(url))
    expect(await createLimiter('a', rule).consume(address)).not.toBeNull()
  })

  it('the table contains no key as given, and no plain hash of it (S5)', async () => {
    const email = 'canary@example.com'
    await consume(createLimiter('a', rule), 1)
    await consume(createLimiter('a', rule), 1, email)
    await consume(createLimiter('b', rule), 1, email)
    const keys = await keysInTable()
    expect(keys).toEqual([
      expect.stringMatching(/^a:[\w-]{43}$/),
      expect.stringMatching(/^a:[\w-]{43}$/),
      expect.stringMatching(/^b:[\w-]{43}$/),
    ])
    // The same address has different keys in two limiters.
    expect(new Set(keys.map((key) => key.slice(2))).size).toBe(3)
    // Under another secret the keys differ; plain hashes would not.
    becomeSite({ ...withUrl(url), NEXTAUTH_SECRET: 'another-secret'.padEnd(32, '.') })
    await consume(createLimiter('b', rule), 1, email)
    expect(await keysInTable()).toHaveLength(4)
  })

  it('counters are deleted an hour after their time, because clocks differ', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await consume(createLimiter('a', rule), 1)
    vi.setSystemTime(Date.now() + 60 * 60_000)
    await consume(createLimiter('a', rule), 1, 'another')
    expect(await keysInTable()).toHaveLength(2)
    vi.setSystemTime(Date.now() + 6 * 60_000)
    await consume(createLimiter('a', rule), 1, 'a third')
    expect(await keysInTable()).toHaveLength(2)
  })

  it('a hanging store is given up, is not used again by each request, and counts again when it works', async () => {
    await consume(createLimiter('a', rule), 3, 'known to the store')
    const other = new Client({ connectionString: url })
    await other.connect()
    await other.query('begin')
    await other.query('lock table rate_limits in access exclusive mode')
    const { db } = await sharedDatabase()
    const insert = vi.spyOn(db, 'insertInto')
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now())
    // This process now counts by itself.
    for (let i = 0; i < 3; i++) expect(await createLimiter('a', rule).consume(address)).toBeNull()
    expect(await createLimiter('a', rule).consume(address)).not.toBeNull()
    expect(insert).toHaveBeenCalledTimes(1)
    // The store is not reported as down, and other work uses it.
    expect(health().store).toBe('ok')
    expect(await withDatabase('choices', async ({ engine }) => engine)).toBe('postgres')
    await other.query('rollback')
    await other.end()
    clock.mockRestore()
    await vi.waitFor(async () => {
      expect(await createLimiter('a', rule).consume('known to the store')).not.toBeNull()
    })
  })
})
