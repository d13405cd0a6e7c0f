import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { openStore } from '#lib/consent/open-store.ts'
import { StoreDownError } from '#lib/database/access.ts'
import { EnvError } from '#lib/env/env.ts'
import { health } from '#lib/observe/health.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'
import { freePort } from '../../support/site.ts'

const pepper = (name: string) => name.padEnd(32, '.')
let folder: string

/** For a busy machine. */
const busyTimeout = { timeout: 15_000 }

const subject = { sub: 's', sid: 'i', diiHash: 'hash' }
const read = () => consentStore.read(subject)
const isEnded = () => consentStore.isSessionEnded('x')
/** A store that failed is tried again only a moment later. */
const onceBack = () => vi.waitFor(isEnded, busyTimeout)

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lantern-open-'))
})

describe('the one store of a process', () => {
  it('is opened once for parallel requests', async () => {
    becomeSite()
    const all = await Promise.all([openStore(), openStore(), openStore()])
    expect(new Set(all).size).toBe(1)
  })

  it('is created in a folder that does not exist yet', async () => {
    becomeSite({ DATABASE_URL: `file:${join(folder, 'a', 'b', 'choices.db')}` })
    expect(await isEnded()).toBe(false)
  })

  it('is not opened while it contains rows of a pepper that is not listed', async () => {
    becomeSite({ DATA_DIR: folder, CHOICES_PEPPER: pepper('a') })
    await consentStore.recordOptOut('hash', 'uid2')
    becomeSite({ DATA_DIR: folder, CHOICES_PEPPER: pepper('b') })
    await expect(openStore()).rejects.toThrow(EnvError)
    await expect(openStore()).rejects.toThrow(/CHOICES_PEPPER_PREVIOUS/)
    becomeSite({
      DATA_DIR: folder,
      CHOICES_PEPPER: pepper('b'),
      CHOICES_PEPPER_PREVIOUS: `${pepper('x')},${pepper('a')}`,
    })
    expect(await read()).toMatchObject({ optedOut: true })
  })
})

describe('a store that fails (U4)', () => {
  it('causes a StoreDownError with its cause, and recovers without a restart', async () => {
    const file = join(folder, 'choices')
    writeFileSync(file, '')
    becomeSite({ DATABASE_URL: `file:${join(file, 'choices.db')}` })
    const failure = await isEnded().catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(StoreDownError)
    expect((failure as Error).cause).toBeDefined()
    expect(health().store).toBe('down')
    rmSync(file)
    expect(await onceBack()).toBe(false)
    expect(health().store).toBe('ok')
  })

  it('causes a StoreDownError when its file is not a database, and leaves that unchanged', async () => {
    const file = join(folder, 'choices.db')
    const text = 'not a database, but long enough to be read as one'.repeat(40)
    writeFileSync(file, text)
    becomeSite({ DATABASE_URL: `file:${file}` })
    await expect(isEnded()).rejects.toThrow(StoreDownError)
    expect(readFileSync(file, 'utf8')).toBe(text)
  })
})

describe('failures of PostgreSQL', () => {
  let postgres: TestPostgres
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 120_000)
  afterAll(() => postgres.stop())

  it('no server causes a StoreDownError', async () => {
    becomeSite({
      DATABASE_URL: `postgres://lantern@127.0.0.1:${await freePort()}/none`,
      CHOICES_PEPPER: pepper('p'),
    })
    await expect(isEnded()).rejects.toThrow(StoreDownError)
  })

  it('a hanging query is given up, and the store works again when it can answer (U4)', async () => {
    const url = await postgres.database()
    becomeSite({ DATABASE_URL: url, CHOICES_PEPPER: pepper('p') })
    await openStore()
    await read()
    const { Client } = await import('pg')
    const other = new Client({ connectionString: url })
    await other.connect()
    await other.query('begin')
    await other.query('lock table opt_outs in access exclusive mode')
    // Without our time limit this would wait for the lock, and the test with it.
    await expect(read()).rejects.toThrow(StoreDownError)
    await other.query('rollback')
    await other.end()
    expect(await vi.waitFor(read, busyTimeout)).toMatchObject({ optedOut: false })
  })

  it('cut connections fail at most one request', async () => {
    const url = await postgres.database()
    becomeSite({ DATABASE_URL: url, CHOICES_PEPPER: pepper('p') })
    await openStore()
    await consentStore.recordOptOut('hash', 'uid2')
    const { Client } = await import('pg')
    const admin = new Client({ connectionString: url })
    await admin.connect()
    await admin.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
    await admin.end()
    const first = await read().catch((error: unknown) => error)
    if (first instanceof Error) expect(first).toBeInstanceOf(StoreDownError)
    expect((await vi.waitFor(read, busyTimeout)).optedOut).toBe(true)
    expect(health().store).toBe('ok')
  })
})
