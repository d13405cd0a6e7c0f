import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { testOperator } from '#tests/support/operator.ts'
import { findKnownOperator } from '../../../scripts/uid2/hosts.ts'
import { configurationFindings } from '../../../scripts/uid2/verify/configuration.ts'
import { cli } from './cli.ts'

const tail = '-H8VwqX.l2G4TCuUWYAqdqkeG/UqtFoPEoXirKn4kHWxc='
const key = (head: string) => `${head}${tail}`
const secret = Buffer.alloc(32, 3).toString('base64')

const find = (baseUrl: string, apiKey: string, product: 'uid2' | 'euid' = 'uid2') =>
  configurationFindings({ baseUrl, apiKey, product, clientSecret: secret, timeoutMs: 1000 }).map(
    ({ check, level }) => `${check} ${level}`,
  )

describe('the operator of a host', () => {
  it.each([
    ['operator-integ.uidapi.com', 'uid2', 'integ'],
    ['prod.uidapi.com', 'uid2', 'prod'],
    ['global.prod.uidapi.com', 'uid2', 'prod'],
    ['usw.prod.uidapi.com', 'uid2', 'prod'],
    ['au.prod.uidapi.com', 'uid2', 'prod'],
    ['jp.prod.uidapi.com', 'uid2', 'prod'],
    ['sg.prod.uidapi.com', 'uid2', 'prod'],
    ['integ.euid.eu', 'euid', 'integ'],
    ['prod.euid.eu', 'euid', 'prod'],
    ['localhost', undefined, 'local'],
    ['127.0.0.1', undefined, 'local'],
  ])('is known for %s', (host, product, environment) => {
    expect(findKnownOperator(host)).toEqual({ product, environment })
  })

  it.each(['operator.publisher.example', 'prod.uidapi.com.example', 'cdn.prod.uidapi.com'])(
    'is unknown for %s',
    (host) => {
      expect(findKnownOperator(host)).toBeUndefined()
    },
  )
})

describe('the configuration before any call (U20)', () => {
  const integ = 'https://operator-integ.uidapi.com'

  it('is right when host and key belong together', () => {
    expect(find(integ, key('UID2-C-I-5'))).toEqual(['UID2_BASE_URL ok', 'UID2_API_KEY ok'])
    expect(find('https://prod.euid.eu', key('EUID-C-P-5'), 'euid')).toEqual([
      'UID2_BASE_URL ok',
      'UID2_API_KEY ok',
    ])
  })

  it.each([
    [
      'a key of another environment',
      integ,
      key('UID2-C-P-5'),
      'uid2',
      ['UID2_BASE_URL ok', 'UID2_API_KEY fault'],
    ],
    [
      'a key of another product',
      integ,
      key('EUID-C-I-5'),
      'uid2',
      ['UID2_BASE_URL ok', 'UID2_API_KEY fault'],
    ],
    [
      'an operator of another product',
      integ,
      key('EUID-C-I-5'),
      'euid',
      ['UID2_BASE_URL ok', 'UID2_PRODUCT fault', 'UID2_API_KEY ok'],
    ],
    ['the key of an operator', integ, key('UID2-O-I-5'), 'uid2', ['UID2_BASE_URL ok', 'UID2_API_KEY fault']],
    [
      'a key that was cut',
      integ,
      key('UID2-C-I-5').slice(0, -3),
      'uid2',
      ['UID2_BASE_URL ok', 'UID2_API_KEY fault'],
    ],
    ['the secret instead of the key', integ, secret, 'uid2', ['UID2_BASE_URL ok', 'UID2_API_KEY fault']],
    ['a legacy key', integ, 'legacy-key-of-old', 'uid2', ['UID2_BASE_URL ok', 'UID2_API_KEY note']],
    [
      'a real key at a sandbox',
      'http://localhost:3000/sandbox/operator',
      key('UID2-C-P-5'),
      'uid2',
      ['UID2_BASE_URL ok', 'UID2_API_KEY warning'],
    ],
    [
      'a private operator',
      'https://operator.publisher.example',
      key('UID2-C-P-5'),
      'uid2',
      ['UID2_BASE_URL note', 'UID2_API_KEY ok'],
    ],
    [
      'a host of pages',
      'https://portal.uidapi.com',
      key('UID2-C-P-5'),
      'uid2',
      ['UID2_BASE_URL fault', 'UID2_API_KEY ok'],
    ],
    [
      'the URL of an endpoint',
      'https://prod.uidapi.com/v2/token/generate',
      key('UID2-C-P-5'),
      'uid2',
      ['UID2_BASE_URL fault', 'UID2_API_KEY ok'],
    ],
  ] as const)('has findings for %s', (_, baseUrl, apiKey, product, findings) => {
    expect(find(baseUrl, apiKey, product)).toEqual(findings)
  })

  it.each([
    ['UID2_BASE_URL', { UID2_BASE_URL: 'http://operator.publisher.example' }],
    ['UID2_API_KEY', { UID2_API_KEY: 'with space' }],
    ['UID2_CLIENT_SECRET', { UID2_CLIENT_SECRET: 'c2hvcnQ=' }],
    ['UID2_CLIENT_SECRET', { UID2_CLIENT_SECRET: sandboxPublisher.apiKey }],
    ['UID2_CLIENT_SECRET', { UID2_CLIENT_SECRET: '' }],
    ['UID2_PRODUCT', { UID2_PRODUCT: 'both' }],
  ])('a wrong %s is a finding of verify, and wrong usage elsewhere', async (variable, wrong) => {
    const right = {
      UID2_BASE_URL: 'https://operator.publisher.example',
      UID2_API_KEY: sandboxPublisher.apiKey,
      UID2_CLIENT_SECRET: sandboxPublisher.clientSecret,
    }
    const env = { ...right, ...wrong }
    const { code, json } = await cli(['verify', '--json'], { env })
    expect(code).toBe(1)
    expect(json.findings).toMatchObject([{ check: variable, level: 'fault' }])
    const other = await cli(['generate', '--email', 'user@example.com'], { env })
    expect([other.code, other.err.includes(variable)]).toEqual([2, true])
  })
})

describe('verify of the configuration (U20)', () => {
  it('an EUID sandbox that accepts keys of UID2 gets only a warning', async () => {
    const euid = await testOperator('euid')
    onTestFinished(() => euid.close())
    const { code, json } = await cli(['verify', '--json'], { env: { ...euid.env, UID2_PRODUCT: 'euid' } })
    expect(code).toBe(0)
    expect(json.findings).toContainEqual(expect.objectContaining({ check: 'UID2_API_KEY', level: 'warning' }))
  })

  it.each([
    [
      'an operator’s key',
      { UID2_API_KEY: sandboxPublisher.apiKey.replace('-C-', '-O-') },
      'is the key of an operator',
    ],
    ['the secret for the key', { UID2_API_KEY: sandboxPublisher.clientSecret }, 'is the client secret'],
    ['the documentation for the operator', { UID2_BASE_URL: 'https://unifiedid.com' }, 'is a host of pages'],
  ])('%s is reported, and the key is sent to no host', async (_, env, what) => {
    const fetch = vi.spyOn(globalThis, 'fetch')
    const all = {
      UID2_BASE_URL: 'http://127.0.0.1:9',
      UID2_API_KEY: sandboxPublisher.apiKey,
      UID2_CLIENT_SECRET: sandboxPublisher.clientSecret,
      ...env,
    }
    const { code, json } = await cli(['verify', '--json'], { env: all })
    expect(code).toBe(1)
    expect(json.findings).toContainEqual(
      expect.objectContaining({ level: 'fault', what: expect.stringContaining(what) }),
    )
    expect(fetch).not.toHaveBeenCalled()
  })
})
