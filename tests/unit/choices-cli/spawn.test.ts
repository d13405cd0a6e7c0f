import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { closeStore } from '#lib/consent/open-store.ts'
import { installed, spawnNode } from '#tests/support/command-line.ts'
import { startPostgres } from '#tests/support/postgres.ts'
import { becomeSite } from '#tests/support/server-env.ts'
import { root, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { address, diiHash, mine, pepper, runningStore, yes } from './cli.ts'

const launcher = join(root, 'scripts/choices.mjs')
const main = [...typescriptFlags, join(root, 'scripts/choices/main.ts')]

describe.skipIf(!installed)('node scripts/choices.mjs, from any folder', () => {
  it('finds and erases what a running site with made-up secrets has recorded', async () => {
    const { dataDir } = becomeSite()
    onTestFinished(closeStore)
    await consentStore.recordChoice(mine, yes)
    await consentStore.recordOptOut(diiHash, 'uid2')
    const call = (...line: string[]) =>
      spawnNode([launcher, ...line, '--email', '-', '--json'], `${address}\n`, { DATA_DIR: dataDir })

    const exported = await call('export')
    expect([exported.code, exported.err]).toEqual([0, ''])
    expect(JSON.parse(exported.out)).toMatchObject({ ok: true, history: [{ advertising: 'granted' }] })
    expect(JSON.parse((await call('forget')).out)).toMatchObject({ erased: { history: 1, signals: 0 } })
    expect((await call('forget')).code).toBe(1)
    expect(await consentStore.records([diiHash])).toMatchObject({
      optOuts: [{ kind: 'uid2' }],
      history: [],
    })
  }, 60_000)

  it('makes nothing where no site has run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lantern-spawn-'))
    const { code, err } = await spawnNode([launcher, 'export', '--email', address], '', { DATA_DIR: folder })
    expect([code, err]).toEqual([2, expect.stringContaining('There is no store yet')])
    expect(readdirSync(folder)).toEqual([])
  }, 60_000)
})

describe('the program itself', () => {
  it('ends by itself after PostgreSQL has answered, and when it does not', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const url = await postgres.database()
    const { db, store } = await runningStore(url)
    await store.recordChoice(mine, yes)
    const call = () =>
      spawnNode([...main, 'export', '--email', address], '', { DATABASE_URL: url, CHOICES_PEPPER: pepper })
    const started = performance.now()
    expect(await call()).toMatchObject({ code: 0, err: '' })
    // A pool that is left open would hold the process for as long as a connection may be idle.
    expect(performance.now() - started).toBeLessThan(8000)
    await db.transaction().execute(async (trx) => {
      await trx.schema.alterTable('choice_events').addColumn('x', 'text').execute()
      expect(await call()).toMatchObject({ code: 3, out: '' })
    })
    await db.destroy()
  }, 120_000)
})
