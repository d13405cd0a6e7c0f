import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#lib/database/connection.ts'
import { startPostgres, type TestPostgres } from '#tests/support/postgres.ts'
import { freePort } from '#tests/support/site.ts'
import { address, cli, consent, diiHash, mine, newer, newFile, pepper, runningStore, secrets } from './cli.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lantern-no-store-'))
})

const person = ['--email', address]

/** Both commands fail with this code, in one sentence, as text and as JSON, and repeat no data. */
async function expectFailure(variables: Record<string, string>, code: number, kind: string, text: RegExp) {
  for (const command of ['export', 'forget']) {
    const words = await cli(variables, [command, ...person])
    expect([words.code, words.out]).toEqual([code, ''])
    expect(words.err).toMatch(text)
    expect(words.err).not.toMatch(/^\s+at /m)
    const json = await cli(variables, [command, ...person, '--json'])
    expect(json.code).toBe(code)
    expect(json.json).toEqual({ command, ok: false, error: expect.objectContaining({ kind }) })
    for (const output of [words.err, json.out, json.err])
      for (const secret of secrets) expect(output).not.toContain(secret)
  }
}

describe('without a store, where no site has run, the command fails and creates none', () => {
  const expectNoStore = (variables: Record<string, string>) =>
    expectFailure(variables, 2, 'configuration', /^There is no store: .*DATA_DIR/)

  it('in a folder that is empty or missing', async () => {
    await expectNoStore({ DATA_DIR: folder })
    expect(readdirSync(folder)).toEqual([])
    await expectNoStore({ DATA_DIR: join(folder, 'a') })
    expect(existsSync(join(folder, 'a'))).toBe(false)
  })

  it('with secrets in the environment', async () => {
    await expectNoStore({ DATA_DIR: folder, CHOICES_PEPPER: pepper })
    await expectNoStore({ DATA_DIR: folder, CHOICES_PEPPER: pepper, DATABASE_URL: `file:${folder}/b/c.db` })
    expect(readdirSync(folder)).toEqual([])
  })

  it('in another program’s database', async () => {
    for (const url of [newFile(), await postgres.database()]) {
      const { db } = openDatabase(url)
      await db.schema.createTable('theirs').addColumn('a', 'text').execute()
      await expectNoStore({ DATA_DIR: folder, CHOICES_PEPPER: pepper, DATABASE_URL: url })
      expect((await db.introspection.getTables()).map(({ name }) => name)).toEqual(['theirs'])
      await db.destroy()
    }
    expect(readdirSync(folder)).toEqual([])
  })
})

describe('a store failure exits with code 3', () => {
  const expectStoreFailure = (variables: Record<string, string>) =>
    expectFailure({ CHOICES_PEPPER: pepper, ...variables }, 3, 'store', /^The store failed \(\w+\): .*\n$/)

  it('when PostgreSQL is not there, or has no such database', async () => {
    const password = 'canarypassword'
    await expectStoreFailure({
      DATABASE_URL: `postgres://lantern:${password}@127.0.0.1:${await freePort()}/none`,
    })
    const url = new URL(await postgres.database())
    url.password = password
    url.pathname = '/canary'
    await expectStoreFailure({ DATABASE_URL: url.href })
  })

  it('when PostgreSQL does not answer', async () => {
    const url = await postgres.database()
    const { db } = await runningStore(url)
    await db.transaction().execute(async (trx) => {
      await trx.schema.alterTable('choice_events').addColumn('x', 'text').execute()
      const { code, err } = await cli({ CHOICES_PEPPER: pepper, DATABASE_URL: url }, ['export', ...person])
      expect([code, err]).toEqual([3, expect.stringMatching(/^The store failed/)])
    })
    await db.destroy()
  })

  it('when the file is not a database, which stays unchanged', async () => {
    const file = join(folder, 'choices.db')
    mkdirSync(join(folder, 'd'))
    const text = 'not a database, but long enough to be read as one'.repeat(40)
    writeFileSync(file, text)
    for (const path of [file, join(folder, 'd')]) await expectStoreFailure({ DATABASE_URL: `file:${path}` })
    expect(readFileSync(file, 'utf8')).toBe(text)
  })
})

describe('a faulty environment exits with code 2 and the site’s message', () => {
  const expectFault = (variables: Record<string, string>, text: RegExp) =>
    expectFailure(variables, 2, 'configuration', text)

  it('when rows have a pepper that is not listed', async () => {
    const url = newFile()
    const { db, store } = await runningStore(url)
    await store.recordChoice(mine, consent)
    await expectFault({ DATABASE_URL: url, CHOICES_PEPPER: newer }, /CHOICES_PEPPER_PREVIOUS/)
    expect((await store.records([diiHash])).history).toHaveLength(1)
    await db.destroy()
  })

  it('when a pepper is missing', async () => {
    const url = await postgres.database()
    await expectFault({ DATABASE_URL: url }, /CHOICES_PEPPER is required with PostgreSQL/)
    await expectFault(
      { NEXTAUTH_URL: 'https://lantern.example', DATABASE_URL: url },
      /CHOICES_PEPPER is required on a deployed site/,
    )
  })

  it('when variables are wrong, without their values', async () => {
    const canary = 'canary value'
    await expectFault({ DATABASE_URL: canary, GPC_SCOPE: canary }, /2 faults[\s\S]*DATABASE_URL is not valid/)
    await expectFault({ CHOICES_PEPPER: 'canary' }, /CHOICES_PEPPER is not valid/)
  })

  it('when the secrets that a site generated cannot be read', async () => {
    writeFileSync(join(folder, 'secrets.json'), '{"choicesPepper":"canary"}')
    await expectFault({ DATA_DIR: folder }, /secrets\.json in .* cannot be read/)
    await expectFault({ DATA_DIR: join(folder, 'secrets.json') }, /may not read secrets\.json in .*user/)
  })
})
