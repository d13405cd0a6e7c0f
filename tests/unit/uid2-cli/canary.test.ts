import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { cli } from './cli.ts'

/** A server that repeats what it receives, as gateways may do. */
let mirror: Server
let operator: TestOperator
const apiKey = 'UID2-C-L-124-CANARY.CANARYCANARYCANARYCANARYCANARYCANARYCA'
const clientSecret = Buffer.from('CANARYCANARYCANARYCANARYCANARYCA').toString('base64')
const responseKey = Buffer.from('canarycanarycanarycanarycanaryca').toString('base64')

beforeAll(async () => {
  operator = await testOperator()
  mirror = createServer((request, response) => {
    const echo = `${request.headers.authorization} ${clientSecret} ${responseKey}`
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: 'client_error', message: echo }))
  })
  await new Promise<void>((resolve) => mirror.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  mirror.close()
  await operator.close()
})

const mirrored = () => ({
  UID2_BASE_URL: `http://127.0.0.1:${(mirror.address() as AddressInfo).port}`,
  UID2_API_KEY: apiKey,
  UID2_CLIENT_SECRET: clientSecret,
  REFRESH_RESPONSE_KEY: responseKey,
})
const spellings = [apiKey, clientSecret, responseKey].flatMap((text) => [
  text,
  Buffer.from(text, 'base64').toString('hex'),
  Buffer.from(text, 'base64').toString('latin1'),
  encodeURIComponent(text),
])

const token = 'A4AAAABl'.padEnd(218, 'A')
const identity = JSON.stringify({
  ...{ advertising_token: token, refresh_token: 'x', refresh_response_key: responseKey },
  ...{ identity_expires: 1, refresh_from: 1, refresh_expires: 1 },
})
const lines: string[][] = [
  ['generate', '--email', 'user@example.com'],
  ['generate', '--email', 'user@example.com', '--raw'],
  ['refresh', '-'],
  ['validate', token, '--email', 'user@example.com'],
  ['verify'],
  ['verify', '--email', 'user@example.com', '--token', token, '--hash', 'x'],
  ['verify', '--offline'],
  ['inspect-token', token, '--fetch-keys'],
  ['inspect-token', token, '--keys', '-'],
  ['decode-envelope', clientSecret],
  ['hash', '--email', clientSecret],
  ['hash', apiKey],
  ['generate', '--key', apiKey],
  ['generate', `--secret=${clientSecret}`],
  [apiKey],
  ['--help'],
]

describe('no output contains key or secret', () => {
  const settings = lines.flatMap((line) => [line, [...line, '--json']])
  it.each(settings.map((line) => [line.join(' '), line] as const))('%s', async (_, line) => {
    for (const env of [mirrored(), { ...mirrored(), UID2_BASE_URL: 'http://127.0.0.1:9' }]) {
      const { code, out, err } = await cli(line, { env, stdin: identity })
      expect([0, 1, 2, 3]).toContain(code)
      for (const spelling of spellings) expect(out + err).not.toContain(spelling)
    }
  })

  it('the server repeats them, which shows that the protection works', async () => {
    const { err } = await cli(['generate', '--email', 'user@example.com'], { env: mirrored() })
    expect(err).toContain('Bearer … [secret]')
  })

  it('the value of a wrong variable is not printed', async () => {
    for (const name of [
      'UID2_BASE_URL',
      'UID2_API_KEY',
      'UID2_CLIENT_SECRET',
      'UID2_PRODUCT',
      'UID2_TIMEOUT_MS',
    ])
      for (const command of [['verify'], ['generate', '--email', 'a@b']])
        for (const format of [[], ['--json']]) {
          const { code, out, err } = await cli([...command, ...format], {
            env: { ...mirrored(), [name]: 'CANARY value of a variable' },
          })
          expect([1, 2]).toContain(code)
          expect(out + err).not.toContain('CANARY')
        }
  })

  it('a success prints neither', async () => {
    const { out, err } = await cli(['verify', '--json'], { env: operator.env })
    expect(out + err).not.toContain(sandboxPublisher.apiKey)
    expect(out + err).not.toContain(sandboxPublisher.clientSecret)
  })
})

describe('no error contains a person', () => {
  it.each([
    ['generate', '--email', 'two canary@example.com words'],
    ['generate', '--email', 'canary@example.com'],
    ['validate', token, '--email', 'canary@example.com'],
    ['verify', '--email', 'Canary@example.com', '--hash', 'canary@example.com', '--token', token],
    ['hash', '--phone', 'canary'],
  ])('%j', async (...line) => {
    for (const format of [[], ['--json']]) {
      const { code, out, err } = await cli([...line, ...format], { env: mirrored() })
      expect(code).not.toBe(0)
      expect((out + err).toLowerCase()).not.toContain('canary@')
    }
  })
})
