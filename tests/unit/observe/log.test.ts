import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { allowedCode } from '#lib/observe/log-codes.ts'
import type { Uid2ErrorCode } from '#lib/uid2/index.ts'
import { nodePath, root, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { bareEnvironment } from '../../support/site.ts'

/** The log lines of a process that runs this code; `wait(ms)` lets time pass. */
function linesOf(body: string): Record<string, unknown>[] {
  const log = JSON.stringify(pathToFileURL(join(root, 'lib/observe/log.ts')).href)
  const program = `
    import { flushLog, logEvent } from ${log}
    let now = 0
    performance.now = () => now
    const wait = (ms) => { now += ms }
    ${body}`
  const printed = execFileSync(nodePath(), [...typescriptFlags, '--input-type=module', '-e', program], {
    cwd: root,
    env: bareEnvironment(),
  }).toString()
  return printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .map(({ time: _, ...line }) => line)
}

it('a line contains only what the allow-list names (S5)', () => {
  const lines = linesOf(`
    const fields = { code: 'timeout', httpStatus: 500, ms: 7, size: 1, count: 5, email: 'canary', token: 'canary', error: new Error('canary') }
    logEvent('warn', 'operator_call', fields)
    logEvent('info', 'store_up')`)
  expect(lines).toEqual([
    { level: 40, event: 'operator_call', code: 'timeout', httpStatus: 500, ms: 7, size: 1 },
    { level: 30, event: 'store_up' },
  ])
})

/** Complete by its type: a new code of the SDK does not compile here. */
const sdkCodes = {
  timeout: 0,
  aborted: 0,
  network: 0,
  rate_limited: 0,
  server_error: 0,
  bad_response: 0,
  undecryptable: 0,
  nonce_mismatch: 0,
  response_too_large: 0,
  redirected: 0,
  unauthorized: 0,
  clock_skew: 0,
  client_error: 0,
  wrong_product: 0,
  unexpected_status: 0,
} satisfies Record<Uid2ErrorCode, 0>

describe('the code of a line (S22)', () => {
  it.each([
    ...Object.keys(sdkCodes),
    'wrong_key',
    'missing_role',
    'wrong_secret',
    'unexpected',
    'late',
    'unknown',
    'unknown-password',
    'migrating',
    'connect_timeout',
    'pool_busy',
    'connection_lost',
    'product',
    'ECONNREFUSED',
    'EAI_AGAIN',
    'EAUTH',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'UND_ERR_CONNECT_TIMEOUT',
    'CERT_HAS_EXPIRED',
    'SQLITE_BUSY',
    'SQLITE_IOERR_FSYNC',
    '23505',
    '22P05',
    '57P01',
    'XX000',
    'http_503',
    'sms_429',
    'google invalid_client',
    'oidc ECONNRESET',
    'apple http_400',
    'facebook unknown',
  ])('%s is written', (code) => {
    expect(allowedCode(code)).toBe(code)
  })

  it.each([
    ['canary@example.com', 'unknown'],
    ['', 'unknown'],
    ['x'.repeat(15_000), 'unknown'],
    ['timeout\n{"level":50}', 'unknown'],
    ['Timeout', 'unknown'],
    ['ECONNREFUSED 10.0.0.1', 'unknown'],
    [`E${'A'.repeat(40)}`, 'unknown'],
    ['SQLITE_', 'unknown'],
    ['234567', 'unknown'],
    ['http_999', 'unknown'],
    ['google canary', 'google unknown'],
    ['google google timeout', 'google unknown'],
    ['another timeout', 'unknown'],
    ['constructor', 'unknown'],
    ['__proto__', 'unknown'],
  ])('%.40j is written as %s', (code, written) => {
    expect(allowedCode(code)).toBe(written)
  })

  it('is checked by the log itself', () => {
    expect(linesOf(`logEvent('error', 'proof_not_sent', { code: 'canary@example.com' })`)).toEqual([
      { level: 50, event: 'proof_not_sent', code: 'unknown' },
    ])
  })
})

describe('repetitions of a line (S23)', () => {
  const flood = `for (let i = 0; i < 500; i++) logEvent('info', 'identity_not_opened', { code: 'invalid' });`
  const line = { level: 30, event: 'identity_not_opened', code: 'invalid' }

  it('are written once in ten seconds; the next line has their number', () => {
    expect(linesOf(`${flood} wait(9999); ${flood} wait(1); ${flood} wait(10_000); ${flood}`)).toEqual([
      line,
      { ...line, count: 1000 },
      { ...line, count: 500 },
    ])
  })

  it('are counted by event and code, and errors are counted too', () => {
    const lines = linesOf(`${flood}
      for (let i = 0; i < 9; i++) logEvent('error', 'proof_not_sent', { code: 'ECONNREFUSED' })
      logEvent('info', 'identity_not_opened', { code: 'shape' })`)
    expect(lines).toEqual([
      line,
      { level: 50, event: 'proof_not_sent', code: 'ECONNREFUSED' },
      { ...line, code: 'shape' },
    ])
  })

  it('are counted out by the next line of any kind after that time, or at the end of the process', () => {
    expect(linesOf(`${flood} wait(10_000); logEvent('info', 'store_up'); flushLog(); flushLog()`)).toEqual([
      line,
      { ...line, count: 499 },
      { level: 30, event: 'store_up' },
    ])
    expect(linesOf(`${flood} flushLog(); flushLog()`)).toEqual([line, { ...line, count: 499 }])
  })

  it('of a change of the store are all written, so that the last line is right', () => {
    const change = `logEvent('error', 'store_down', { code: 'timeout' }); logEvent('info', 'store_up');`
    expect(linesOf(`${change} ${change}`).map(({ event }) => event)).toEqual([
      'store_down',
      'store_up',
      'store_down',
      'store_up',
    ])
  })

  it('are remembered for at most a hundred of a thousand codes', () => {
    const lines = linesOf(`
      for (let i = 0; i < 1000; i++) logEvent('warn', 'operator_call', { code: String(10_000 + i) })
      logEvent('warn', 'operator_call', { code: '10999' }); logEvent('warn', 'operator_call', { code: '10000' }); flushLog()`)
    expect(lines).toHaveLength(1002)
    expect(lines.slice(-2)).toEqual([
      { level: 40, event: 'operator_call', code: '10999', count: 1 },
      { level: 40, event: 'operator_call', code: '10000' },
    ])
  })
})
