import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startOperator } from '#lib/sandbox/operator/node.ts'
import { sandboxDsp, sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { testIdentities } from '../../conformance/vectors-wire.ts'
import { cli } from './cli.ts'

let uid2: TestOperator
let euid: TestOperator
beforeAll(async () => {
  uid2 = await testOperator('uid2')
  euid = await testOperator('euid')
})
afterAll(() => Promise.all([uid2.close(), euid.close()]))
afterEach(() => uid2.set({}))

const call = (line: string[], setting: Parameters<typeof cli>[1] = {}) =>
  cli(line, { ...setting, env: { ...uid2.env, ...setting.env } })

const generated = async (...line: string[]) => (await call(['generate', ...line, '--json'])).out
const tokenOf = (json: string) =>
  (JSON.parse(json) as { identity: { advertising_token: string } }).identity.advertising_token

const sha256 = (text: string) => createHash('sha256').update(text).digest()
const tcf = {
  sufficient: 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA',
  insufficient: 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA',
}

describe('generate', () => {
  it('prints an identity, complete as JSON and shortened as text', async () => {
    const { code, json, err } = await call(['generate', '--email', 'user@example.com', '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(json).toMatchObject({ command: 'generate', ok: true, status: 'success' })
    const identity = json.identity as Record<string, unknown>
    expect(Object.keys(identity)).toHaveLength(6)

    const { code: same, out } = await call(['generate', '--email', 'user@example.com'])
    expect(same).toBe(0)
    expect(out).toMatch(/advertising token +A4/)
    expect(out).toContain('388 characters')
  })

  it('reads an address from standard input, which keeps it out of the shell history', async () => {
    const { code, json } = await call(['generate', '--email', '-', '--json'], { stdin: 'user@example.com\n' })
    expect({ code, status: json.status }).toEqual({ code: 0, status: 'success' })
  })

  it.each([
    ['user@example.com', 'A4'],
    ['+12345678901', 'B4'],
  ])('accepts %s without an option', async (person, prefix) => {
    expect(tokenOf(await generated(person))).toMatch(new RegExp(`^${prefix}`))
    const { code, json } = await call(['generate', '-', '--json'], { stdin: `${person}\n` })
    expect({ code, status: json.status }).toEqual({ code: 0, status: 'success' })
  })

  it('accepts hashes, and with --raw lets the operator hash', async () => {
    const hash = sha256('user@example.com')
    const lines = [
      ['--email-hash', hash.toString('hex')],
      ['--email', ' USER@example.com ', '--raw'],
    ]
    for (const line of lines) {
      const token = tokenOf(await generated(...line))
      expect((await call(['validate', token, '--email', 'user@example.com'])).code).toBe(0)
    }
  })

  it('sends a hash, and with --raw the address', async () => {
    const bodies: string[] = []
    const listener = createServer(async (request, response) => {
      bodies.push(await text(request))
      response.writeHead(500).end()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const env = { UID2_BASE_URL: `http://127.0.0.1:${(listener.address() as AddressInfo).port}` }
    await call(['generate', '--email', 'User@example.com'], { env })
    await call(['generate', '--email', 'User@example.com', '--raw'], { env })
    listener.close()
    const sent = await Promise.all(
      bodies.map(async (body) => {
        const { json } = await call(['decode-envelope', body, '--reveal', '--json'])
        return (json.parts as { json?: object }[]).find((part) => part.json)?.json
      }),
    )
    expect(sent).toEqual([
      { email_hash: sha256('user@example.com').toString('base64') },
      { email: 'User@example.com' },
    ])
  })

  it.each(testIdentities.optout)('reports the opt-out of %s with code 1', async (person) => {
    const option = person.startsWith('+') ? '--phone' : '--email'
    const { code, json } = await call(['generate', option, person, '--json'])
    expect(code).toBe(1)
    expect(json).toEqual({ command: 'generate', ok: false, status: 'optout' })
  })

  it.each([
    ['uid2', 'UID2'],
    ['euid', 'EUID'],
  ] as const)('names the product of an opt-out: %s is %s', async (product, name) => {
    const env = { ...(product === 'euid' ? euid : uid2).env, UID2_PRODUCT: product }
    const { out } = await cli(['generate', 'optout@example.com'], { env })
    expect(out).toContain(`This person opted out of ${name}:`)
    const { out: identity } = await cli(['generate', 'refresh-optout@example.com', '--json'], { env })
    const { out: refreshed } = await cli(['refresh', '-'], { env, stdin: identity })
    expect(refreshed).toContain(`This person opted out of ${name}:`)
  })

  it('sends the consent string to EUID, and reports when it does not suffice', async () => {
    const generate = (string: string) =>
      cli(['generate', '--email', 'user@example.com', '--tcf', string, '--json'], { env: euid.env })
    expect((await generate(tcf.sufficient)).code).toBe(0)
    const refused = await generate(tcf.insufficient)
    expect([refused.code, refused.json.status]).toEqual([1, 'insufficient_user_consent'])
  })
})

describe('refresh', () => {
  it('accepts the output of generate --json and its own', async () => {
    const first = await call(['refresh', '-', '--json'], {
      stdin: await generated('--email', 'user@example.com'),
    })
    expect([first.code, first.json.status]).toEqual([0, 'success'])
    const second = await call(['refresh', 'identity.json'], { files: { 'identity.json': first.out } })
    expect(second.code).toBe(0)
    expect((await uid2.calls()).refresh).toBe(2)
  })

  it('accepts a bare identity and an operator’s own body', async () => {
    const { identity } = JSON.parse(await generated('--email', 'user@example.com')) as { identity: unknown }
    for (const value of [identity, { status: 'success', body: identity }])
      expect((await call(['refresh', '-'], { stdin: JSON.stringify(value) })).code).toBe(0)
  })

  it.each(testIdentities.refreshOptout)('reports the opt-out of %s with code 1', async (person) => {
    const stdin = await generated(person.startsWith('+') ? '--phone' : '--email', person)
    const { code, json } = await call(['refresh', '-', '--json'], { stdin })
    expect([code, json.status]).toEqual([1, 'optout'])
  })

  it('reports an expired token with code 1', async () => {
    const clock = { now: Date.now() }
    const later = await startOperator({ now: () => clock.now })
    const setting = { env: { UID2_BASE_URL: later.baseUrl }, now: () => clock.now }
    const { out } = await call(['generate', '--email', 'user@example.com', '--json'], setting)
    clock.now = (JSON.parse(out) as { identity: { refresh_expires: number } }).identity.refresh_expires + 1
    const { code, json } = await call(['refresh', '-', '--json'], { ...setting, stdin: out })
    await later.close()
    expect([code, json.status]).toEqual([1, 'expired_token'])
  })

  it('reports a token of the other product with code 1', async () => {
    const stdin = await generated('--email', 'user@example.com')
    const { code, json } = await cli(['refresh', '-', '--json'], { env: euid.env, stdin })
    expect([code, json.status]).toEqual([1, 'invalid_token'])
  })

  it.each(['', 'not json', '{}', '{"identity":{"advertising_token":"x"}}', 'null', '[]'])(
    'refuses %j without a call',
    async (stdin) => {
      expect((await call(['refresh', '-'], { stdin })).code).toBe(2)
      expect((await uid2.calls()).refresh).toBe(0)
    },
  )
})

describe('validate', () => {
  it('exits with 0 for the right person, and with 1 for another', async () => {
    const token = tokenOf(await generated('--email', 'user@example.com'))
    const right = await call(['validate', token, '--email', 'User@Example.com', '--json'])
    expect([right.code, right.json.status]).toEqual([0, 'valid'])
    const other = await call(['validate', '-', '--email', 'other@example.com', '--json'], {
      stdin: `${token}\n`,
    })
    expect([other.code, other.json.status]).toEqual([1, 'not_theirs'])
  })

  it('distinguishes a damaged token and another site’s token from a failure', async () => {
    const damaged = await call(['validate', 'AAAA', '--email', 'user@example.com', '--json'])
    expect([damaged.code, damaged.json.status]).toEqual([1, 'invalid_token'])
    // A sample of the operator's documentation, for site 123 with the public test keys.
    const { genuine } = await import('../sandbox/vectors.ts')
    const foreign = await call([
      'validate',
      genuine.advertisingToken,
      '--email',
      'user@example.com',
      '--json',
    ])
    expect([foreign.code, foreign.json.status]).toEqual([1, 'foreign_token'])
  })
})

describe('hash', () => {
  it('needs no operator', async () => {
    const { code, json } = await cli(['hash', '--email', ' Jane.Saoirse+Work@GMAIL.com', '--json'])
    expect(code).toBe(0)
    const digest = sha256('janesaoirse@gmail.com')
    expect(json).toEqual({
      command: 'hash',
      ok: true,
      kind: 'email',
      normalised: 'janesaoirse@gmail.com',
      base64: digest.toString('base64'),
      hex: digest.toString('hex'),
    })
    const phone = await cli(['hash', '--phone', '-', '--json'], { stdin: '+12345678901\r\n' })
    expect(phone.json.base64).toBe('EObwtHBUqDNZR33LNSMdtt5cafsYFuGmuY4ZLenlue4=')
  })

  it('refuses input that implementations hash differently', async () => {
    for (const line of [
      ['--email', 'te st@example.com'],
      ['--phone', '12345'],
      ['--email', sha256('x').toString('hex')],
    ])
      expect((await cli(['hash', ...line])).code).toBe(2)
  })
})

describe('a failing operator exits with code 3, and the JSON says how', () => {
  const failures = [
    ['unauthorized', { status: 401 }],
    ['server_error', { status: 500 }],
    ['rate_limited', { status: 429 }],
    ['bad_response', { kind: 'garbage' }],
    ['network', { kind: 'reset' }],
    ['timeout', { kind: 'hang' }],
  ] as const

  it.each(failures)('%s', async (kind, fault) => {
    await uid2.set({ faults: [{ on: 'all', ...fault }] })
    const env = kind === 'timeout' ? { UID2_TIMEOUT_MS: '60' } : {}
    const { code, json, err } = await call(['generate', '--email', 'user@example.com', '--json'], { env })
    expect(code).toBe(3)
    expect(json).toMatchObject({ command: 'generate', ok: false, error: { kind: 'operator', code: kind } })
    expect(err).toContain(`(${kind})`)
    // Commands do not retry.
    expect((await uid2.calls()).generate).toBe(1)
  })

  it('a clock that is far off is named, with the command that measures it', async () => {
    const now = () => Date.now() - 600_000
    const { code, json, err } = await call(['generate', '--email', 'user@example.com', '--json'], { now })
    expect(code).toBe(3)
    expect(json).toMatchObject({ error: { code: 'clock_skew' } })
    expect(err).toContain('`verify` measures how far your clock is off.')
  })
})

describe('keys from an operator', () => {
  const asBuyer = { UID2_API_KEY: sandboxDsp.apiKey, UID2_CLIENT_SECRET: sandboxDsp.clientSecret }

  it('decrypt a token', async () => {
    const token = tokenOf(await generated('--phone', '+12345678901'))
    const { code, json } = await call(['inspect-token', token, '--fetch-keys', '--json'], { env: asBuyer })
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ...{ type: 'advertising', version: 4, scope: 'uid2', identity: 'phone', opened: true, expired: false },
      ...{ siteId: sandboxPublisher.siteId, buyer: 'readable' },
      privacy: { bits: 1, clientSideGenerated: false },
    })
    expect(json).not.toHaveProperty('rawUid')
  })

  it('are not available to publishers', async () => {
    const token = tokenOf(await generated('--email', 'user@example.com'))
    const { code, json } = await call(['inspect-token', token, '--fetch-keys', '--json'])
    expect([code, (json.error as { code: string }).code]).toEqual([3, 'unauthorized'])
  })

  it.each([
    ['server_error', { status: 503 }],
    ['bad_response', { kind: 'garbage' }],
    ['network', { kind: 'reset' }],
    ['timeout', { kind: 'hang' }],
  ] as const)('report the failure %s', async (kind, fault) => {
    const token = tokenOf(await generated('--email', 'user@example.com'))
    await uid2.set({ faults: [{ on: 'key', ...fault }] })
    const env = { ...asBuyer, ...(kind === 'timeout' ? { UID2_TIMEOUT_MS: '60' } : {}) }
    const { code, json } = await call(['inspect-token', token, '--fetch-keys', '--json'], { env })
    expect([code, (json.error as { code: string }).code]).toEqual([3, kind])
  })

  it('are refused by an operator whose clock is off', async () => {
    const late = await startOperator({ now: () => Date.now() + 600_000 })
    const env = { ...asBuyer, UID2_BASE_URL: late.baseUrl }
    const { code } = await call(['inspect-token', 'A4AAAABl'.padEnd(218, 'A'), '--fetch-keys'], { env })
    await late.close()
    expect(code).toBe(3)
  })
})
