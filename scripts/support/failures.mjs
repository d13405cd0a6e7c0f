import { stripVTControlCharacters } from 'node:util'
import { root } from './runtime.mjs'

/**
 * What passed and failed in a run of Vitest or Playwright, each failure with its first lines, because CI keeps
 * only the end of a log. A failure is a test, a file that does not load or end, a
 * hook, or an error outside every test. Pure.
 *
 * @typedef {{ passed: number, failures: string[] }} Tally
 */

/**
 * @param {readonly any[]} modules Vitest's `TestModule`s
 * @param {readonly any[]} unhandledErrors
 * @returns {Tally}
 */
export function vitestTally(modules, unhandledErrors) {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const failures = modules.flatMap((module) => [
    ...ofFile(module),
    ...[...module.children.allSuites()].flatMap((suite) => hooksOf(module, suite)),
    ...[...module.children.allTests('failed')].map((test) =>
      line(module.moduleId, test.fullName, test.result().errors[0]),
    ),
  ])
  // Vitest reports a crashed process twice: by its unfinished file, and by a separate error.
  const crashed = modules.some(isUnfinished)
  const others = unhandledErrors.filter(({ message }) => !(crashed && message.includes('[vitest-pool]')))
  return {
    passed: tests.filter((test) => test.result().state === 'passed').length,
    failures: [...failures, ...others.map((error) => line('(no test)', 'an unhandled error', error))],
  }
}

const isUnfinished = (module) => ['pending', 'queued'].includes(module.state())

function ofFile(module) {
  const errors = module.errors().map((error) => line(module.moduleId, '(the file as a whole)', error))
  if (errors.length > 0 || !isUnfinished(module)) return errors
  return [line(module.moduleId, '(the file as a whole)', 'did not end')]
}

const hooksOf = (module, suite) =>
  suite.errors().map((error) => line(module.moduleId, `${suite.fullName} (a hook)`, error))

/** @param {any} report Playwright's JSON, or `{}` if it wrote none. @returns {Tally} */
export function playwrightTally({ suites = [], errors = [], stats }) {
  const of = (suite) => [
    ...(suite.suites ?? []).flatMap(of),
    ...(suite.specs ?? [])
      .filter((spec) => !spec.ok)
      .map((spec) => line(spec.file, spec.title, firstError(spec))),
  ]
  const failures = [...suites.flatMap(of), ...errors.map((error) => line('(no test)', 'an error', error))]
  return { passed: stats?.expected ?? 0, failures }
}

const firstError = (spec) =>
  spec.tests.flatMap((test) => test.results).flatMap((result) => result.errors ?? [])[0]

function line(file, title, error) {
  const why = typeof error === 'string' ? error : (error?.stack ?? error?.message ?? error?.value ?? '')
  const words = stripVTControlCharacters(why)
    .split('\n')
    .map((text) => text.trim())
    .filter(Boolean)
  return [`${file.replace(root, '')} › ${title}`, ...words.slice(0, 6)].join('\n      ')
}
