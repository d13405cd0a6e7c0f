import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodePath, root, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { startPostgres, type TestPostgres } from '../../support/postgres.ts'
import { bareEnvironment, collectOutput } from '../../support/site.ts'

let postgres: TestPostgres
beforeAll(async () => {
  postgres = await startPostgres()
}, 120_000)
afterAll(() => postgres.stop())

const module = (name: string) => JSON.stringify(pathToFileURL(join(root, 'lib', name)).href)

/** A process that prints when it has loaded, and opens the store when it gets input. */
const opener = (url: string) => `
  import { openDatabase } from ${module('database/connection.ts')}
  import { migrate } from ${module('database/migrations.ts')}
  import { retryWhileBusy } from ${module('database/retry-while-busy.ts')}
  import { createSqlStore } from ${module('consent/sql.ts')}
  console.log('loaded')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  // Like the migration of the site, without a time limit for a query, which may wait for another process.
  const { db, engine } = openDatabase(${JSON.stringify(url)}, 30_000, 0)
  await migrate({ db, engine })
  const store = createSqlStore({ db, engine }, ['p'], Date.now)
  await retryWhileBusy(() => store.recordOptOut('hash-' + process.pid, 'uid2'), 5000)
  await db.destroy()
  process.exit(0)`

it.each([
  ['SQLite', async () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-first-')), 'choices.db')}`],
  ['PostgreSQL', () => postgres.database()],
])(
  'several processes can open a new store on %s at the same moment',
  async (_, newUrl) => {
    const url = await newUrl()
    const processes = Array.from({ length: 4 }, () => {
      const child = spawn(nodePath(), [...typescriptFlags, '--input-type=module', '-e', opener(url)], {
        cwd: root,
        env: bareEnvironment(),
      })
      const log = collectOutput(child)
      const loaded = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()))
      const code = new Promise<number | null>((resolve) => child.once('exit', resolve))
      return { child, log, loaded: Promise.race([loaded, code]), code }
    })
    await Promise.all(processes.map(({ loaded }) => loaded))
    for (const { child } of processes) child.stdin.write('go\n')
    for (const { code, log } of processes) expect(await code, log()).toBe(0)
  },
  60_000,
)
