import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSecretStore, type SecretStore, withSecrets } from '#lib/auth/proof/secret-store.ts'
import { type Database, openDatabase } from '#lib/database/connection.ts'
import { migrate } from '#lib/database/migrations.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { becomeSite } from '../../support/server-env.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

const sqliteUrl = () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-secrets-')), 'choices.db')}`
const times = <T>(count: number, run: (index: number) => T) => Array.from({ length: count }, (_, i) => run(i))

describe.each([
  ['SQLite', async () => sqliteUrl()],
  ['PostgreSQL', () => postgres.database()],
])('the store of sign-in secrets on %s', (_, newUrl) => {
  let url: string
  let now: number
  let secrets: SecretStore
  let opened: Database[]

  /** As in another instance. */
  async function open(clock = () => now): Promise<SecretStore> {
    const database = openDatabase(url)
    opened.push(database)
    await migrate(database)
    return createSecretStore(database.db, clock)
  }

  beforeEach(async () => {
    url = await newUrl()
    now = 1_800_000_000_000
    opened = []
    secrets = await open()
    await secrets.put('id', 'hmac', now + 1000)
  })
  afterEach(async () => {
    for (const { db } of opened) await db.destroy()
  })

  const ids = async () => {
    const rows = await opened[0]?.db.selectFrom('sign_in_secrets').select('id').orderBy('id').execute()
    return rows?.map(({ id }) => id)
  }

  it('returns the HMAC of the right secret', async () => {
    await secrets.put('other', 'another', now + 1000)
    expect(await secrets.attempt('id')).toBe('hmac')
    expect(await secrets.attempt('other')).toBe('another')
    expect(await secrets.attempt('unknown')).toBeNull()
  })

  it('allows exactly five of 20 parallel attempts, and none after them', async () => {
    const answers = await Promise.all(times(20, () => secrets.attempt('id')))
    expect(answers.filter((hmac) => hmac === 'hmac')).toHaveLength(5)
    expect(answers.filter((hmac) => hmac === null)).toHaveLength(15)
    expect(await secrets.attempt('id')).toBeNull()
  })

  it('gives a secret to exactly one of 20 parallel requests', async () => {
    const answers = await Promise.all(times(20, () => secrets.take('id')))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await secrets.take('id')).toBe(false)
    expect(await secrets.attempt('id')).toBeNull()
  })

  it('counts the attempts of two instances together, and gives a secret once', async () => {
    const both = [secrets, await open()]
    const of = (index: number) => both[index % 2] ?? secrets
    // One after the other: SQLite is for one process, and its connections wait for each other.
    const answers = []
    for (let i = 0; i < 8; i++) answers.push(await of(i).attempt('id'))
    expect(answers).toEqual([...times(5, () => 'hmac'), ...times(3, () => null)])
    expect([await of(1).take('id'), await of(0).take('id')]).toEqual([true, false])
  })

  it('counts each secret separately', async () => {
    await secrets.put('other', 'another', now + 1000)
    await Promise.all(times(9, () => secrets.attempt('id')))
    expect(await secrets.attempt('other')).toBe('another')
  })

  it('keeps a secret until it expires', async () => {
    now += 999
    expect(await secrets.attempt('id')).toBe('hmac')
    now += 1
    expect(await secrets.attempt('id')).toBeNull()
  })

  it('deletes what expired an hour ago when the next one comes', async () => {
    await secrets.put('long', 'hmac', now + 5000)
    now += 3_600_000 + 1000
    await secrets.put('next', 'hmac', now + 1000)
    expect(await ids()).toEqual(['long', 'next'])
  })

  it('keeps the secrets of other instances when one has a clock half an hour ahead (A15)', async () => {
    const ahead = await open(() => now + 1_800_000)
    await ahead.put('next', 'hmac', now + 2_700_000)
    expect(await secrets.attempt('id')).toBe('hmac')
  })
})

it('the secrets of a process are in its one database', async () => {
  becomeSite()
  await withSecrets((secrets) => secrets.put('id', 'hmac', Date.now() + 60_000))
  expect(await withSecrets((secrets) => secrets.attempt('id'))).toBe('hmac')
  expect(await withSecrets((secrets) => secrets.take('id'))).toBe(true)
})
