import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { playwrightTally, vitestTally } from '../../../scripts/support/failures.mjs'
import { root } from '../../../scripts/support/runtime.mjs'
import { createTally, runPlaywright, runVitest } from '../../../scripts/support/suites.mjs'

/** A project of tests below the root folder, so that it finds the packages. */
function folderWith(files: Record<string, string>): string {
  mkdirSync(join(root, 'test-results'), { recursive: true })
  const folder = mkdtempSync(join(root, 'test-results', 'tally-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const quietly = { stdio: 'ignore' }
// Playwright empties its output folder.
const config = "export default { projects: [{ name: 'tally' }], outputDir: 'output' }"

test('a real run of Vitest counts each file, hook and error that fails outside of a test', async () => {
  const head = "import { beforeAll, describe, expect, it } from 'vitest'\n"
  const folder = folderWith({
    'passes.test.ts': `${head}it('is', () => {})\nit.skip('waits', () => {})`,
    'fails.test.ts': `${head}it('is not', () => expect(1).toBe(2))\nit('is', () => {})`,
    'no-import.test.ts': "import './nowhere.ts'",
    'no-syntax.test.ts': 'it(',
    'empty.test.ts': '',
    'hook.test.ts': `${head}beforeAll(() => new Promise(() => {}), 10)\nit('never', () => {})\nit('runs', () => {})`,
    'inner-hook.test.ts': `${head}describe('inside', () => { beforeAll(() => { throw new Error('x') })\nit('never', () => {}) })\nit('is not', () => expect(1).toBe(2))`,
    'unhandled.test.ts': `${head}it('is', async () => { Promise.reject(new Error('not awaited')); await new Promise((done) => setTimeout(done)) })`,
    'crash.test.ts': `${head}it('never', () => process.kill(process.pid, 'SIGKILL'))`,
  })
  const tally = createTally()
  await runVitest(tally, 'tally', { args: ['--root', folder], ...quietly })
  // Three files that do not load, two hooks, two tests, the rejection, the crash.
  expect(tally.line).toBe('3 passed, 9 failed')
}, 120_000)

test('a real run of Playwright counts each file and hook that fails outside of a test', async () => {
  const head = "import { expect, test } from '@playwright/test'\n"
  const good = folderWith({
    'playwright.config.ts': config,
    'passes.spec.ts': `${head}test('is', () => {})`,
    'fails.spec.ts': `${head}test('is not', () => expect(1).toBe(2))`,
    'hook.spec.ts': `${head}test.beforeAll(() => { throw new Error('x') })\ntest('never', () => {})\ntest('runs', () => {})`,
    'end.spec.ts': `${head}test.afterAll(() => { throw new Error('x') })\ntest('is', () => {})`,
  })
  const tally = createTally()
  const args = (folder: string) => ['--config', join(folder, 'playwright.config.ts')]
  await runPlaywright(tally, 'tally', { args: args(good), ...quietly })
  expect(tally.line).toBe('1 passed, 3 failed')
  const bad = folderWith({
    'playwright.config.ts': config,
    'no-import.spec.ts': "import './nowhere.ts'",
    'no-syntax.spec.ts': 'test(',
  })
  await runPlaywright(tally, 'tally', { args: args(bad), ...quietly })
  // The third failure: there is nothing to run.
  expect(tally.line).toBe('1 passed, 6 failed')
}, 120_000)

test('a run that ends without a report is one failure, with the name of the run', () => {
  const tally = createTally()
  tally.add({ passed: 0, failures: [] }, 'fast tests', 139)
  expect(tally.line).toBe('0 passed, 1 failed')
  expect(playwrightTally({})).toEqual({ passed: 0, failures: [] })
  expect(vitestTally([], [])).toEqual({ passed: 0, failures: [] })
})

test('a failure has its file, its test and the first lines of its error, without colours', () => {
  const red = (text: string) => `\u001b[31m${text}\u001b[39m`
  const spec = (ok: boolean, errors: object[]) => ({
    file: 'a.spec.ts',
    title: 'a page',
    ok,
    tests: [{ results: [{ errors }] }],
  })
  const inner = { specs: [spec(false, [{ message: red('timed out\n\n  at a\n') }])] }
  const report = { stats: { expected: 1 }, suites: [{ specs: [spec(true, [])], suites: [inner] }] }
  expect(playwrightTally(report)).toEqual({
    passed: 1,
    failures: ['a.spec.ts › a page\n      timed out\n      at a'],
  })
})
