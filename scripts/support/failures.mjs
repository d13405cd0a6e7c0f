import { stripVTControlCharacters } from 'node:util'
import { root } from './runtime.mjs'

/**
 * Names what failed in the JSON reports of Vitest and Playwright, so that a run can end with it:
 * whoever sees only the end of a log (CI keeps no more) sees what to look at.
 */

/** @param {any} report Vitest's, or `{}` if it wrote none. @returns {string[]} `file › test: why`. */
export function vitestFailures({ testResults = [] }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed')
    // A file that does not even load, or whose hooks throw, fails without a test of its own.
    if (failed.length === 0) return status === 'failed' ? [line(name, '(the file as a whole)', message)] : []
    return failed.map((test) => line(name, test.fullName, test.failureMessages[0]))
  })
}

/** @param {any} report Playwright's, or `{}` if it wrote none. @returns {string[]} `file › test: why`. */
export function playwrightFailures({ suites = [], errors = [] }) {
  const of = (suite) => [
    ...(suite.suites ?? []).flatMap(of),
    ...(suite.specs ?? [])
      .filter((spec) => !spec.ok)
      .map((spec) => line(spec.file, spec.title, firstError(spec))),
  ]
  return [...suites.flatMap(of), ...errors.map((error) => line('(no test)', error.message ?? error.value))]
}

const firstError = (spec) =>
  spec.tests.flatMap((test) => test.results).flatMap((result) => result.errors ?? [])[0]?.message

function line(file, title, why = '') {
  const words = stripVTControlCharacters(why)
    .split('\n')
    .map((text) => text.trim())
    .filter(Boolean)
  return [`${file.replace(root, '')} › ${title}`, ...words.slice(0, 6)].join('\n      ')
}
