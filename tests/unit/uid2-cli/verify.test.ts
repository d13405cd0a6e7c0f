import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { cli } from './cli.ts'

let operator: TestOperator
let euid: TestOperator
beforeAll(async () => {
  operator = await testOperator('uid2')
  euid = await testOperator('euid')
})
afterAll(() => Promise.all([operator.close(), euid.close()]))
afterEach(() => operator.set({}))

interface Found {
  check: string
  level: string
  what: string
  why?: string
  remedy?: string
  mistakes?: string[]
}

async function verify(line: string[] = [], setting: Parameters<typeof cli>[1] = {}) {
  const { code, json } = await cli(['verify', ...line, '--json'], {
    ...setting,
    env: { ...operator.env, ...setting.env },
  })
  const findings = json.findings as Found[]
  return { code, json, findings, faults: findings.filter(({ level }) => level === 'fault') }
}

const sha = (text: string | Buffer) => createHash('sha256').update(text).digest()
const b64 = (text: string | Buffer) => sha(text).toString('base64')
const reader = ' Jane.Doe+News@Gmail.com '

async function tokenOf(...line: string[]): Promise<string> {
  const { json } = await cli(['generate', ...line, '--json'], { env: operator.env })
  return (json.identity as { advertising_token: string }).advertising_token
}

describe('the round trip', () => {
  it('generates, validates and refreshes for the test person without a fault', async () => {
    const { code, findings } = await verify()
    expect(code).toBe(0)
    expect(findings.map(({ check, level }) => `${check} ${level}`)).toEqual([
      'UID2_BASE_URL ok',
      'UID2_API_KEY ok',
      'generate ok',
      'clock ok',
      'product ok',
      'validate ok',
      'refresh ok',
    ])
    expect(await operator.calls()).toMatchObject({ generate: 1, validate: 1, refresh: 1 })
  })

  it.each([
    ['unauthorized', { status: 401 }, 1],
    ['client_error', { status: 400 }, 1],
    ['server_error', { status: 500 }, 3],
    ['bad_response', { kind: 'garbage' }, 3],
    ['network', { kind: 'reset' }, 3],
    ['timeout', { kind: 'hang' }, 3],
  ] as const)('%s: a wrong set-up is code 1, a failed connection code 3', async (kind, fault, exit) => {
    await operator.set({ faults: [{ on: 'generate', ...fault }] })
    const env = kind === 'timeout' ? { UID2_TIMEOUT_MS: '60' } : {}
    const { code, findings } = await verify([], { env })
    expect(code).toBe(exit)
    const found = findings.find(({ check }) => check === 'generate')
    expect(found?.level).toBe(exit === 1 ? 'fault' : 'unknown')
    expect(found?.what).toContain(kind)
    expect(found?.why && found.remedy).toBeTruthy()
  })

  it('the client secret of another key is reported', async () => {
    const env = { UID2_CLIENT_SECRET: Buffer.alloc(32, 7).toString('base64') }
    const { code, faults } = await verify([], { env })
    expect(code).toBe(1)
    expect(faults[0]?.what).toContain('ClientSecret')
    expect(faults[0]?.remedy).toContain('UID2_CLIENT_SECRET')
  })

  it.each([403, 404, 405])('a %i without an operator’s status is reported as a wrong URL', async (status) => {
    await operator.set({ faults: [{ on: 'generate', status }] })
    const { code, faults } = await verify()
    expect([code, faults[0]?.check]).toEqual([1, 'generate'])
    expect(faults[0]?.remedy).toContain('UID2_BASE_URL')
    expect(faults[0]?.remedy).not.toContain('UID2_CLIENT_SECRET')
  })

  it('a failing refresh is reported separately', async () => {
    await operator.set({ faults: [{ on: 'refresh', kind: 'optout' }] })
    const { code, faults } = await verify()
    expect([code, faults.map(({ check }) => check)]).toEqual([1, ['refresh']])
  })

  it('an EUID operator with UID2_PRODUCT=uid2 is noticed by its token (U20)', async () => {
    const { code, faults } = await verify([], { env: euid.env })
    expect([code, faults.map(({ check }) => check)]).toEqual([1, ['product']])
    expect(faults[0]?.remedy).toContain('UID2_PRODUCT=euid')
  })
})

describe('a hash that your system sends (U5)', () => {
  it('is confirmed when it is right', async () => {
    const { code, findings } = await verify(['--email', '-', '--hash', b64('janedoe@gmail.com')], {
      stdin: reader,
    })
    expect([code, findings.at(-1)?.check, findings.at(-1)?.level]).toEqual([0, 'hash', 'ok'])
  })

  it('is reported with mistake, reason and remedy', async () => {
    const hash = b64(sha('janedoe@gmail.com').toString('hex'))
    const { code, faults } = await verify(['--email', reader, '--hash', hash])
    expect(code).toBe(1)
    expect(faults[0]).toMatchObject({ check: 'hash', mistakes: ['twice-hex'] })
    expect(faults[0]?.why).toContain('every call succeeds')
    expect(faults[0]?.remedy).toContain('Hash once')
  })

  it('in a form that operators refuse is reported as that', async () => {
    const { faults } = await verify(['--email', reader, '--hash', b64('janedoe@gmail.com').slice(0, -1)])
    expect(faults[0]).toMatchObject({ mistakes: ['padding-missing'] })
    expect(faults[0]?.why).toContain('Invalid Identifier')
  })

  it('without a known mistake is reported as wrong', async () => {
    const { code, faults } = await verify(['--email', reader, '--hash', b64('salt:janedoe@gmail.com')])
    expect([code, faults[0]?.mistakes]).toEqual([1, undefined])
    expect(faults[0]?.what).toContain('no known mistake')
  })

  it('does not show whether it is normalised when the person is typed as hashed', async () => {
    const { code, findings } = await verify([
      '--email',
      'user@example.com',
      '--hash',
      b64('user@example.com'),
    ])
    expect([code, findings.at(-1)?.check, findings.at(-1)?.level]).toEqual([0, 'normalisation', 'note'])
  })

  it('is checked without an operator and without credentials', async () => {
    const run = (hash: string) =>
      cli(['verify', '--offline', '--phone', '+1 (234) 567-8901', '--hash', hash, '--json'])
    expect((await run(b64('+12345678901'))).code).toBe(0)
    expect((await run(b64('12345678901'))).code).toBe(1)
  })

  it('is checked without a call with --offline', async () => {
    expect((await verify(['--offline', '--email', reader, '--hash', b64('janedoe@gmail.com')])).code).toBe(0)
    expect(await operator.calls()).toEqual({ generate: 0, refresh: 0, validate: 0, key: 0 })
  })
})

describe('a token that your system got', () => {
  it('is confirmed when it is its reader’s', async () => {
    const token = await tokenOf('--email', reader)
    const { code, findings } = await verify(['--email', reader, '--token', token])
    expect([code, findings.at(-1)]).toMatchObject([0, { check: 'token', level: 'ok' }])
  })

  const wrong: [mistakes: string[], hash: string, ...line: string[]][] = [
    [['twice-hex'], b64(sha('janedoe@gmail.com').toString('hex'))],
    [['twice-base64'], b64(b64('janedoe@gmail.com'))],
    [['twice-bytes'], b64(sha('janedoe@gmail.com'))],
    [['gmail-untouched'], b64('jane.doe+news@gmail.com')],
    [['not-normalised'], b64(reader)],
    [['line-end-behind'], b64('janedoe@gmail.com\n')],
    [['md5-first'], b64(createHash('md5').update('janedoe@gmail.com').digest('hex'))],
    [['nobody'], b64('')],
  ]
  it.each(wrong)('reveals the mistake %j, which the operator accepts', async (mistakes, hash) => {
    const token = await tokenOf('--email-hash', hash)
    const { code, faults } = await verify(['--email', reader, '--token', token])
    expect([code, faults]).toMatchObject([1, [{ check: 'token', mistakes }]])
  })

  it('reveals a phone number hashed without its +', async () => {
    const token = await tokenOf('--phone-hash', b64('12345678901'))
    const { faults } = await verify(['--phone', '+12345678901', '--token', token])
    expect(faults).toMatchObject([{ check: 'token', mistakes: ['plus-missing'] }])
  })

  it('reveals two mistakes with --thorough', async () => {
    const token = await tokenOf('--email-hash', b64(sha(reader.trim()).toString('hex')))
    const quick = await verify(['--email', reader, '--token', token])
    expect(quick.faults).toMatchObject([{ check: 'token' }])
    expect(quick.faults[0]?.remedy).toContain('--thorough')
    const thorough = await verify(['--email', reader, '--token', token, '--thorough'])
    expect(thorough.faults[0]?.mistakes).toEqual(['only-trimmed', 'twice-hex'])
  })

  it('reveals a mistake for EUID, too, whose UIDs contain the kind', async () => {
    const env = { ...euid.env, UID2_PRODUCT: 'euid' }
    const { json } = await cli(['generate', '--email-hash', b64(reader), '--json'], { env })
    const { advertising_token: token } = json.identity as { advertising_token: string }
    const { faults } = await verify(['--email', reader, '--token', token], { env })
    expect(faults.at(-1)).toMatchObject({ check: 'token', mistakes: ['not-normalised'] })
  })

  it('of another person shows no known mistake', async () => {
    const token = await tokenOf('--email', 'somebody.else@example.com')
    const { code, faults } = await verify(['--email', reader, '--token', token])
    expect([code, faults[0]?.mistakes]).toEqual([1, undefined])
    expect(faults[0]?.why).toContain('salt')
  })

  it('of the other kind of identity is reported as that', async () => {
    const token = await tokenOf('--phone-hash', b64('janedoe@gmail.com'))
    const { faults } = await verify(['--email', reader, '--token', token])
    expect(faults[0]?.what).toContain('phone number')
    expect(faults[0]?.remedy).toContain('email_hash')
  })

  it('of the other product, damaged or of another site is reported as that', async () => {
    const { genuine, euidPhoneToken } = await import('../sandbox/vectors.ts')
    const cases = [
      [euidPhoneToken, 'EUID'],
      [genuine.advertisingToken, 'does not validate'],
      [(await tokenOf('--email', reader)).slice(0, -8), 'cannot read'],
    ] as const
    for (const [token, what] of cases) {
      const { code, faults } = await verify(['--email', reader, '--token', token])
      expect(code).toBe(1)
      expect(faults[0]?.what).toContain(what)
    }
  })

  it('cannot be checked while the operator fails; the other findings are reported', async () => {
    const token = await tokenOf('--email', reader)
    await operator.set({ faults: [{ on: 'generate', status: 500 }] })
    const first = await verify(['--email', reader, '--token', token, '--hash', b64('janedoe@gmail.com')])
    expect(first.code).toBe(3)
    expect(first.findings).toContainEqual(expect.objectContaining({ check: 'hash', level: 'ok' }))
    expect(first.findings.at(-1)).toMatchObject({ check: 'token', level: 'unknown' })

    await operator.set({ faults: [{ on: 'validate', status: 500 }] })
    const second = await verify(['--email', reader, '--token', token])
    expect(second.code).toBe(3)
    expect(second.findings.at(-1)).toMatchObject({ check: 'token', level: 'unknown' })
  })
})

describe('the report', () => {
  it('shows each finding with its reason and remedy, and a summary last', async () => {
    const line = ['verify', '--email', reader, '--hash', b64(reader)]
    const { out, code } = await cli(line, { env: operator.env })
    expect(code).toBe(1)
    expect(out).toMatch(/^ok {5}UID2_BASE_URL {2}is an operator on this machine\.$/m)
    expect(out).toMatch(/^FAULT {2}hash +the system hashes the address as it was typed\.$/m)
    expect(out).toMatch(/^ +Why: /m)
    expect(out).toMatch(/^ +Do: /m)
    expect(out.trimEnd().split('\n').at(-1)).toBe('1 fault found')
    expect(Math.max(...out.split('\n').map((text) => text.length))).toBeLessThanOrEqual(96)
  })
})
