import { expect, test } from 'vitest'
import { playwrightFailures, vitestFailures } from '../../../scripts/support/failures.mjs'
import { root } from '../../../scripts/support/runtime.mjs'

const color = (text: string) => `\u001b[31m${text}\u001b[39m`

test('a run of Vitest ends with the failed tests, and the first lines of why', () => {
  const failed = {
    status: 'failed',
    fullName: 'a sum is right',
    failureMessages: [`${color('Error: 1')}\n  at a\n`],
  }
  const passed = { status: 'passed', fullName: 'a product is right', failureMessages: [] }
  const file = {
    name: `${root}tests/sum.test.ts`,
    status: 'failed',
    assertionResults: [passed, failed],
  }
  expect(vitestFailures({ testResults: [file] })).toEqual([
    'tests/sum.test.ts › a sum is right\n      Error: 1\n      at a',
  ])
})

test('a file that does not load, or whose hook throws, is named with its error', () => {
  const file = {
    name: 'tests/sum.test.ts',
    status: 'failed',
    message: 'no such module',
    assertionResults: [],
  }
  expect(vitestFailures({ testResults: [file, { ...file, status: 'passed', message: '' }] })).toEqual([
    'tests/sum.test.ts › (the file as a whole)\n      no such module',
  ])
})

test('a run of Playwright ends with the failed tests of every depth, and with errors of no test', () => {
  const spec = (ok: boolean, errors: object[]) => ({
    file: 'a.spec.ts',
    title: 'a page',
    ok,
    tests: [{ results: [{ errors }] }],
  })
  const report = {
    suites: [
      { specs: [spec(true, [])], suites: [{ specs: [spec(false, [{ message: color('timed out') }])] }] },
    ],
    errors: [{ message: 'two tests of one name' }],
  }
  expect(playwrightFailures(report)).toEqual([
    'a.spec.ts › a page\n      timed out',
    '(no test) › two tests of one name',
  ])
})

test('a run that wrote no report names nothing', () => {
  expect(vitestFailures({})).toEqual([])
  expect(playwrightFailures({})).toEqual([])
})
