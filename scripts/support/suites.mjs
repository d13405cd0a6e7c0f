import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { playwrightTally } from './failures.mjs'
import { runNode } from './run.mjs'
import { bin, hostNode, root } from './runtime.mjs'
import { step } from './say.mjs'

// Hundreds of processes load the same modules. With a compile cache they start in two thirds of the time.
process.env.NODE_COMPILE_CACHE ??= join(root, 'test-results', 'compile-cache')

/** Counts results, and prints the failures and the closing line that CI reads. */
export function createTally() {
  let passed = 0
  const failures = []
  return {
    /** @param {import('./failures.mjs').Tally} tally @param {number} code of the run */
    add(tally, name, code) {
      passed += tally.passed
      failures.push(...tally.failures)
      if (code !== 0 && tally.failures.length === 0) failures.push(`${name}: ended with code ${code}`)
    },
    get line() {
      return `${passed} passed, ${failures.length} failed`
    },
    close() {
      for (const failure of failures) process.stdout.write(`\n  ✗ ${failure}\n`)
      process.stdout.write(`\n${this.line}\n`)
      process.exit(failures.length === 0 && passed > 0 ? 0 : 1)
    },
  }
}

/** A program that passes or fails as a whole. */
export async function runCheck(tally, { name, args, env }) {
  step(name)
  const code = await runNode(args, { env: { ...process.env, ...env } })
  tally.add({ passed: code === 0 ? 1 : 0, failures: [] }, name, code)
}

/** `args`: the tests. `node`: the Node to use instead of the pinned one. Other options are for `spawn`. */
export async function runVitest(tally, name, { args = ['--project', name], node, ...options } = {}) {
  step(`${name} tests`)
  const file = fresh(`vitest-${name.replaceAll(/\W+/g, '-')}.json`)
  const reporter = join(root, 'scripts/support/vitest-tally.mjs')
  const code = await runNode(
    [bin.vitest, 'run', ...args, '--reporter=default', `--reporter=${reporter}`],
    { env: { ...process.env, TALLY_FILE: file }, ...options },
    node,
  )
  tally.add({ passed: 0, failures: [], ...read(file) }, `${name} tests`, code)
}

/** Runs the SDK's conformance tests on the other runtimes of this machine. */
export async function runConformanceElsewhere(tally) {
  const host = hostNode()
  const tests = ['--project', 'fast', 'tests/conformance/', 'tests/unit/uid2/']
  if (host) await runVitest(tally, `SDK on Node ${host.version}`, { args: tests, node: host.path })
  else step('SDK on another Node: skipped, there is none from 20.19 on')
  await runVitest(tally, 'SDK in Chromium', { args: ['--config', 'tests/conformance/chromium.config.ts'] })
}

/** `args`: more arguments. Other options are for `spawn`. */
export async function runPlaywright(
  tally,
  project,
  { args = /** @type {string[]} */ ([]), ...options } = {},
) {
  step(`${project} tests in a real browser`)
  const report = fresh(`playwright-${project}.json`)
  const code = await runNode(
    [bin.playwright, 'test', `--project=${project}`, '--reporter=list,json', ...args],
    {
      // The tests use the sandbox operator, whose files are server-only.
      env: { ...process.env, NODE_OPTIONS: '--conditions=react-server', PLAYWRIGHT_JSON_OUTPUT_FILE: report },
      ...options,
    },
  )
  tally.add(playwrightTally(read(report)), `${project} tests`, code)
}

function fresh(name) {
  mkdirSync(join(root, 'test-results'), { recursive: true })
  const path = join(root, 'test-results', name)
  rmSync(path, { force: true })
  return path
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return {}
  }
}
