import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest'
import { type Choice, type ChoiceStore, createChoiceStore } from '#lib/consent/sql.ts'
import { type Engine, openDatabase } from '#lib/database/connection.ts'
import { migrate } from '#lib/database/migrations.ts'
import type { Schema } from '#lib/database/schema.ts'
import type { Product } from '#lib/shared/products.ts'
import { hashEmail } from '#lib/uid2/index.ts'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'

export const [pepper, newer] = ['first-pepper', 'second-pepper'].map((name) => name.padEnd(40, '!')) as [
  string,
  string,
]
export const yes: Choice = { advertising: 'granted', version: '1', wording: 'May we?', source: 'page' }
export const no: Choice = { ...yes, advertising: 'denied' }
export const email = 'canary@example.com'
export const reader = { sub: 'demo:a', sid: 'sid-a', diiHash: await hashEmail(email) }
/** Another account of the same address. */
export const sameDii = { ...reader, sub: 'google:b', sid: 'sid-b' }
export const otherDii = { ...reader, diiHash: await hashEmail('other@example.com') }

interface Opened {
  db: Kysely<Schema>
  engine: Engine
  store: ChoiceStore
}

/** A new store for each test, on one of the engines. */
export interface StoreTests {
  readonly db: Kysely<Schema>
  readonly store: ChoiceStore
  now: number
  /** The same database once more, on a pool of its own: as another process has it. */
  open(...peppers: [string, ...string[]]): Promise<Opened>
  /** The same database as a site of this product has it. */
  openFor(product: Product): Promise<ChoiceStore>
  /** All that is in the database, by table. */
  dump(): Promise<Record<string, Record<string, unknown>[]>>
}

/** On a busy machine hundreds of writes at once take longer than a page may wait. */
const patienceMs = 30_000

let postgres: TestPostgres

const sqliteUrl = () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-choices-')), 'choices.db')}`

/** The same tests on either engine. */
export function describeStores(what: string, tests: (on: StoreTests, engine: Engine) => void): void {
  beforeAll(async () => {
    postgres = await startPostgres()
  }, 120_000)
  afterAll(() => postgres.stop())

  describe.each([
    ['SQLite', 'sqlite', async () => sqliteUrl()],
    ['PostgreSQL', 'postgres', () => postgres.database()],
  ] as const)(`${what} on %s`, (_, engine, newUrl) => {
    let url: string
    let first: Opened
    const opened: Kysely<Schema>[] = []
    const on: StoreTests = {
      get db() {
        return first.db
      },
      get store() {
        return first.store
      },
      now: 0,
      async open(...peppers) {
        const { db, engine } = openDatabase(url, patienceMs)
        opened.push(db)
        await migrate({ db, engine })
        return { db, engine, store: createChoiceStore({ db, engine }, peppers, () => on.now) }
      },
      async openFor(product) {
        const { db, engine } = await on.open(pepper)
        return createChoiceStore({ db, engine }, [pepper], () => on.now, product)
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
      url = await newUrl()
      on.now = 1_800_000_000_000
      first = await on.open(pepper)
    })
    afterEach(async () => {
      for (const each of opened.splice(0)) await each.destroy()
    })
    tests(on, engine)
  })
}
