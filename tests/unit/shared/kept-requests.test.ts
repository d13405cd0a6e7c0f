import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { nodePath, root, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { bareEnvironment } from '../../support/site.ts'

const moduleOf = (path: string) => JSON.stringify(pathToFileURL(join(root, path)).href)

/** Starts, within requests, things that outlive them, as Next does; then the requests must be garbage. */
const program = `
  import { AsyncLocalStorage } from 'node:async_hooks'
  import { createLimiter } from ${moduleOf('lib/database/limiter.ts')}
  import { createSingleFlight } from ${moduleOf('lib/identity/single-flight.ts')}
  import { runOutsideRequests } from ${moduleOf('lib/shared/outside-requests.ts')}
  import { processWide } from ${moduleOf('lib/shared/process-wide.ts')}

  const singleFlight = createSingleFlight(() => 60_000)
  const never = () => new Promise(() => {})
  const begun = {
    'a limit': () => createLimiter('test', { points: 1, seconds: 60 }).consume('key'),
    'a kept result': () => singleFlight.start('kept', async () => 'result').promise,
    'a call that does not end': () => { singleFlight.start('running', never) },
    'a processWide with a timer': () => { processWide('test', () => setTimeout(() => {}, 60_000)) },
    'a timer': () => { runOutsideRequests(() => setTimeout(() => {}, 60_000)) },
    // Proves that this test can fail.
    'a careless timer': () => { setTimeout(() => {}, 60_000) },
  }
  const requests = new AsyncLocalStorage()
  const during = async (run) => {
    const request = { url: '/' }
    await requests.run(request, run)
    return new WeakRef(request)
  }
  // The database is opened at first use.
  await createLimiter('test', { points: 1, seconds: 60 }).consume('first')
  const kept = {}
  for (const [name, run] of Object.entries(begun)) kept[name] = await during(run)
  for (let i = 0; i < 5; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    gc()
  }
  const still = Object.keys(kept).filter((name) => kept[name].deref() !== undefined)
  process.stdout.write(JSON.stringify(still), () => process.exit())
`

// Node 22 and earlier keep contexts differently: a settled promise keeps one, too.
const asBefore = '--no-async-context-frame'

it.each([
  ['', []],
  [', as Node 22 keeps contexts', process.allowedNodeEnvironmentFlags.has(asBefore) ? [asBefore] : []],
])('nothing that outlives a request keeps it in memory%s (S25)', (_, flags) => {
  const printed = execFileSync(
    nodePath(),
    [...typescriptFlags, ...flags, '--expose-gc', '--input-type=module', '-e', program],
    { cwd: root, env: { ...bareEnvironment(), DATA_DIR: mkdtempSync(join(tmpdir(), 'lantern-kept-')) } },
  ).toString()
  expect(JSON.parse(printed)).toEqual(['a careless timer'])
})
