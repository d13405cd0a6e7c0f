import { mkdtempSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { consentStore } from '#lib/consent/durable.ts'
import { closeStore } from '#lib/consent/open-store.ts'
import { installed, spawnNode } from '#tests/support/command-line.ts'
import { startPostgres } from '#tests/support/postgres.ts'
import { becomeSite } from '#tests/support/server-env.ts'
import { root, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { address, cli, consent, diiHash, mine, pepper, runningStore } from './cli.ts'

const launcher = join(root, 'scripts/choices.mjs')
const main = [...typescriptFlags, join(root, 'scripts/choices/main.ts')]

describe.skipIf(!installed)('node scripts/choices.mjs, from any folder', () => {
  it('finds and erases the records of a running site with generated secrets', async () => {
    const { dataDir } = becomeSite()
    onTestFinished(closeStore)
    await consentStore.recordChoice(mine, consent)
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

  it('creates nothing where no site has run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lantern-spawn-'))
    const { code, err } = await spawnNode([launcher, 'export', '--email', address], '', { DATA_DIR: folder })
    expect([code, err]).toEqual([2, expect.stringContaining('There is no store')])
    expect(readdirSync(folder)).toEqual([])
  }, 60_000)
})

describe('the process', () => {
  it('leaves no connection open, and ends with 3 when PostgreSQL does not answer', async () => {
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const url = await postgres.database()
    const { db, store } = await runningStore(url)
    await store.recordChoice(mine, consent)
    const call = () =>
      spawnNode([...main, 'export', '--email', address], '', { DATABASE_URL: url, CHOICES_PEPPER: pepper })
    expect(await call()).toMatchObject({ code: 0, err: '' })
    // An open pool would delay the end of the process.
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
    const before = sockets()
    await cli({ DATABASE_URL: url, CHOICES_PEPPER: pepper }, ['export', '--email', address])
    await vi.waitFor(() => expect(sockets()).toBe(before))
    await db.transaction().execute(async (trx) => {
      await trx.schema.alterTable('choice_events').addColumn('x', 'text').execute()
      expect(await call()).toMatchObject({ code: 3, out: '' })
    })
    await db.destroy()
  }, 120_000)
})
