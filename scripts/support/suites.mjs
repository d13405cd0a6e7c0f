import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { runNode } from './run.mjs'
import { bin, root } from './runtime.mjs'
import { step } from './say.mjs'

/** Adds up what ran, and prints the closing line that CI reads. */
export function createTally() {
  let passed = 0
  let failed = 0
  return {
    add(ok, wrong) {
      passed += ok
      failed += wrong
    },
    close() {
      process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
      process.exit(failed === 0 && passed > 0 ? 0 : 1)
    },
  }
}

/** A program that passes or fails as a whole. */
export async function runCheck(tally, { name, args, env }) {
  step(name)
  const ok = (await runNode(args, { env: { ...process.env, ...env } })) === 0
  tally.add(ok ? 1 : 0, ok ? 0 : 1)
  return ok
}

export async function runVitest(tally, project, env = {}) {
  step(`${project} tests`)
  const report = fresh(`vitest-${project}.json`)
  const code = await runNode(
    [
      bin.vitest,
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    { env: { ...process.env, ...env } },
  )
  const { numPassedTests = 0, numFailedTests = 0 } = read(report)
  // A file that does not even load fails without a test of its own.
  tally.add(numPassedTests, Math.max(numFailedTests, code === 0 ? 0 : 1))
}

export async function runPlaywright(tally, project) {
  step(`${project} tests in a real browser`)
  const report = fresh(`playwright-${project}.json`)
  const code = await runNode([bin.playwright, 'test', `--project=${project}`, '--reporter=list,json'], {
    // The tests use the sandbox operator, whose files are for servers alone.
    env: { ...process.env, NODE_OPTIONS: '--conditions=react-server', PLAYWRIGHT_JSON_OUTPUT_FILE: report },
  })
  const { expected = 0, unexpected = 0, flaky = 0 } = read(report).stats ?? {}
  tally.add(expected, Math.max(unexpected + flaky, code === 0 ? 0 : 1))
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
