import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { createMemoryStore } from '#lib/consent/memory.ts'
import { createSqlStore, type SqlStore } from '#lib/consent/sql.ts'
import type { ConsentRecords } from '#lib/consent/store.ts'
import { type Engine, openDatabase } from '#lib/database/connection.ts'
import { migrate } from '#lib/database/migrations.ts'
import type { Schema } from '#lib/database/schema.ts'
import type { Product } from '#lib/identity/public-identity.ts'
import { hashEmail } from '#lib/uid2/index.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

export const [pepper, newer] = ['first-pepper', 'second-pepper'].map((name) => name.padEnd(40, '!')) as [
  string,
  string,
]
export const email = 'canary@example.com'
export const reader = { sub: 'demo:a', sid: 'sid-a', diiHash: await hashEmail(email) }
/** Another account of the same address. */
export const sameDii = { ...reader, sub: 'google:b', sid: 'sid-b' }
export const otherDii = { ...reader, diiHash: await hashEmail('other@example.com') }

interface Opened {
  db: Kysely<Schema>
  engine: Engine
  store: SqlStore
}

/** A new store for each test. */
export interface StoreTests {
  readonly store: ConsentRecords
  /** Unix ms of its clock. */
  now: number
}

/** A new store for each test, on one of the engines. */
export interface SqlStoreTests extends StoreTests {
  readonly db: Kysely<Schema>
  readonly store: SqlStore
  /** The same database with a pool of its own, as in another process. */
  open(...peppers: [string, ...string[]]): Promise<Opened>
  /** The same database for a site of this product. */
  openFor(product: Product): Promise<SqlStore>
  /** Everything in the database, by table. */
  dump(): Promise<Record<string, Record<string, unknown>[]>>
}

/** On a busy machine hundreds of parallel writes take longer than a page may wait. */
const busyTimeoutMs = 30_000

let postgres: TestPostgres | undefined

const newUrls = {
  SQLite: async () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-choices-')), 'choices.db')}`,
  PostgreSQL: async () => postgres?.database() ?? '',
}

const start = 1_800_000_000_000

/** One suite for every store that a site may have. */
export function describeStores(what: string, tests: (on: StoreTests, kind: 'memory' | Engine) => void): void {
  describe(`${what} in memory`, () => {
    let store: ConsentRecords
    const on: StoreTests = {
      get store() {
        return store
      },
      now: start,
    }
    beforeEach(() => {
      on.now = start
      store = createMemoryStore({ now: () => on.now })
    })
    tests(on, 'memory')
  })
  describeSqlStores(what, tests)
}

/** What only SQL stores have: peppers, tables, other processes. */
export function describeSqlStores(
  what: string,
  tests: (on: SqlStoreTests, engine: Engine) => void,
  engines: (keyof typeof newUrls)[] = ['SQLite', 'PostgreSQL'],
): void {
  beforeAll(async () => {
    postgres ??= await startPostgres()
  }, 120_000)
  afterAll(async () => {
    await postgres?.stop()
    postgres = undefined
  })

  describe.each(engines)(`${what} on %s`, (name) => {
    const engine = name === 'SQLite' ? 'sqlite' : 'postgres'
    let url: string
    let first: Opened
    const opened: Kysely<Schema>[] = []
    const on: SqlStoreTests = {
      get db() {
        return first.db
      },
      get store() {
        return first.store
      },
      now: 0,
      async open(...peppers) {
        const { db, engine } = openDatabase(url, busyTimeoutMs)
        opened.push(db)
        await migrate({ db, engine })
        return { db, engine, store: createSqlStore({ db, engine }, peppers, () => on.now) }
      },
      async openFor(product) {
        const { db, engine } = await on.open(pepper)
        return createSqlStore({ db, engine }, [pepper], () => on.now, product)
      },
      async dump() {
        const names = (await on.db.introspection.getTables()).map(({ name }) => name)
        const tables = names.map(async (name) => {
          const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(on.db)
          return [name, rows] as const
        })
        return Object.fromEntries(await Promise.all(tables))
      },
    }

    beforeEach(async () => {
      url = await newUrls[name]()
      on.now = start
      first = await on.open(pepper)
    })
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.destroy()
    })
    tests(on, engine)
  })
}
