import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { playwrightFailures, vitestFailures } from './failures.mjs'
import { runNode } from './run.mjs'
import { bin, hostNode, root } from './runtime.mjs'
import { step } from './say.mjs'

// Hundreds of processes load the same modules; compiled once, they start in two thirds of the time.
process.env.NODE_COMPILE_CACHE ??= join(root, 'test-results', 'compile-cache')

/** Adds up what ran, and prints what failed and the closing line that CI reads. */
export function createTally() {
  let passed = 0
  let failed = 0
  const names = []
  return {
    add(ok, wrong, failures) {
      passed += ok
      failed += wrong
      names.push(...failures)
    },
    close() {
      for (const name of names) process.stdout.write(`\n  ✗ ${name}\n`)
      process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
      process.exit(failed === 0 && passed > 0 ? 0 : 1)
    },
  }
}

/** A program that passes or fails as a whole. */
export async function runCheck(tally, { name, args, env }) {
  step(name)
  const ok = (await runNode(args, { env: { ...process.env, ...env } })) === 0
  tally.add(ok ? 1 : 0, ok ? 0 : 1, ok ? [] : [name])
  return ok
}

/** `args` says which tests; `node` is the Node to run them with, if not the pinned one. */
export async function runVitest(tally, name, { args = ['--project', name], node } = {}) {
  step(`${name} tests`)
  const report = fresh(`vitest-${name.replaceAll(/\W+/g, '-')}.json`)
  const code = await runNode(
    [bin.vitest, 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`],
    {},
    node,
  )
  const result = read(report)
  const { numPassedTests = 0, numFailedTests = 0 } = result
  // A file that does not even load fails without a test of its own.
  tally.add(numPassedTests, Math.max(numFailedTests, code === 0 ? 0 : 1), vitestFailures(result))
}

/** What the SDK promises on every runtime, on those that are here besides the pinned Node. */
export async function runConformanceElsewhere(tally) {
  const host = hostNode()
  const tests = ['--project', 'fast', 'tests/conformance/', 'tests/unit/uid2/']
  if (host) await runVitest(tally, `SDK on Node ${host.version}`, { args: tests, node: host.path })
  else step('SDK on another Node: skipped, there is none from 20.19 on')
  await runVitest(tally, 'SDK in Chromium', { args: ['--config', 'tests/conformance/chromium.config.ts'] })
}

export async function runPlaywright(tally, project) {
  step(`${project} tests in a real browser`)
  const report = fresh(`playwright-${project}.json`)
  const code = await runNode([bin.playwright, 'test', `--project=${project}`, '--reporter=list,json'], {
    // The tests use the sandbox operator, whose files are for servers alone.
    env: { ...process.env, NODE_OPTIONS: '--conditions=react-server', PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  })
  const result = read(report)
  const { expected = 0, unexpected = 0, flaky = 0 } = result.stats ?? {}
  tally.add(expected, Math.max(unexpected + flaky, code === 0 ? 0 : 1), playwrightFailures(result))
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
