import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { startSandbox } from '../../scripts/example/sandbox.ts'
import { example, generated } from '../../scripts/support/build.mjs'
import { npm } from '../../scripts/support/npm.mjs'
import { root } from '../../scripts/support/runtime.mjs'
import { useExample, waitUntilReady } from '../e2e/example-acts.ts'
import { exampleNeeds } from '../support/new-app.ts'
import { bareEnvironment, collectOutput, freePort } from '../support/site.ts'
import { spawnForTests } from '../support/spawn.ts'

test('examples/minimal, taken away as its README says: install, build, start, and the whole story', async ({
  browser,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'uid2-example-'))
  const filter = (path: string) => !generated.test(path.slice(example.folder.length + 1))
  cpSync(example.folder, folder, { recursive: true, filter })
  for (const path of exampleNeeds) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(join(root, path), join(folder, path), { recursive: true })
  }
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const sandbox = await startSandbox()
  const run = (args: string[], env: Record<string, string> = {}) => {
    const [command, words, options] = npm(args)
    const child = spawnForTests(command, words, {
      ...options,
      cwd: folder,
      env: { ...bareEnvironment(), ...env },
    })
    return { child, log: collectOutput(child), ended: once(child, 'close') }
  }
  // A build needs no variable.
  for (const args of [
    ['install', '--include=dev', '--ignore-scripts'],
    ['run', 'build'],
  ]) {
    const { log, ended } = run(args)
    expect((await ended)[0], log()).toBe(0)
  }
  const secrets = {
    NEXTAUTH_SECRET: 'a secret of the test',
    COOKIE_PASSWORD: 'a password of at least 32 characters',
  }
  const { child } = run(['run', 'serve'], {
    ...sandbox,
    ...secrets,
    NEXTAUTH_URL: origin,
    PORT: String(port),
  })
  await waitUntilReady(origin)
  await useExample(browser, origin, sandbox.UID2_BASE_URL ?? '')
  child.kill()
})
