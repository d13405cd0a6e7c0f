import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv as parseEnvFile } from 'node:util'
import { describe, expect, it } from 'vitest'
import { describeFaults, parseEnv } from '#lib/env/schema.ts'
import { root } from '../../../scripts/support/runtime.mjs'

type Raw = Record<string, string>

const secret = (letter: string) => letter.repeat(32)
const real: Raw = {
  UID2_BASE_URL: 'https://operator-integ.uidapi.com',
  UID2_API_KEY: 'UID2-C-I-999-key',
  UID2_CLIENT_SECRET: Buffer.alloc(32, 7).toString('base64'),
}
const deployed: Raw = {
  ...real,
  NEXTAUTH_URL: 'https://news.example',
  NEXTAUTH_SECRET: secret('a'),
  SESSION_PASSWORD: secret('b'),
  CHOICES_PEPPER: secret('c'),
  DATABASE_URL: 'file:/data/choices.db',
}

const parsed = (raw: Raw) => {
  const result = parseEnv(raw)
  if ('faults' in result) throw new Error(describeFaults(result.faults))
  return result.env
}
const faulty = (raw: Raw) => {
  const result = parseEnv(raw)
  return 'faults' in result ? result.faults.map(({ variable }) => variable) : []
}

describe('a clone', () => {
  it('needs no variable: an empty environment is the sandbox on this machine', () => {
    expect(parsed({})).toMatchObject({
      mode: 'sandbox',
      deployed: false,
      origin: 'http://localhost:3000',
      demoSignIn: true,
      values: { UID2_PRODUCT: 'uid2', UID2_HANDOFF: 'server', UID2_TIMEOUT_MS: 1500, DATA_DIR: '.data' },
    })
  })

  it('reads empty as unset for every variable', () => {
    const names = [...Object.keys(deployed), 'PORT', 'UID2_PRODUCT', 'GPC_SCOPE', 'DEMO_SIGN_IN', 'DATA_DIR']
    const empty = Object.fromEntries(names.map((name) => [name, '']))
    expect(parsed(empty)).toEqual(parsed({}))
  })

  it('follows PORT', () => {
    expect(parsed({ PORT: '4001' }).origin).toBe('http://localhost:4001')
  })

  it.runIf(existsSync(join(root, '.env.local.example')))('works with .env.local.example unchanged', () => {
    const example = parseEnvFile(readFileSync(join(root, '.env.local.example'), 'utf8')) as Raw
    expect(faulty(example)).toEqual([])
    expect(parsed(example).mode).toBe('sandbox')
  })
})

describe('a real operator', () => {
  it('is used when all three are set; demo sign-in is then off', () => {
    expect(parsed(real)).toMatchObject({ mode: 'real', demoSignIn: false, deployed: false })
    expect(parsed({ ...real, DEMO_SIGN_IN: 'on' }).demoSignIn).toBe(true)
  })

  it.each(Object.keys(real))('is refused without %s: each missing one is named', (name) => {
    const { [name]: _, ...partial } = real
    expect(faulty(partial)).toEqual([name])
    expect(faulty({ [name]: real[name] ?? '' })).toEqual(Object.keys(real).filter((other) => other !== name))
  })

  it('may use plain http on this machine only', () => {
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(faulty({ ...real, UID2_BASE_URL: `http://${host}:8080` })).toEqual([])
    for (const url of ['http://operator.example', 'http://127.0.0.1.example', 'ftp://localhost', 'operator'])
      expect(faulty({ ...real, UID2_BASE_URL: url })).toEqual(['UID2_BASE_URL'])
  })

  it('has a client secret of 32 bytes (U20)', () => {
    for (const bytes of [31, 33, 16, 64])
      expect(faulty({ ...real, UID2_CLIENT_SECRET: Buffer.alloc(bytes).toString('base64') })).toEqual([
        'UID2_CLIENT_SECRET',
      ])
    expect(faulty({ ...real, UID2_CLIENT_SECRET: 'f'.repeat(64) })).toEqual(['UID2_CLIENT_SECRET'])
    expect(faulty({ ...real, UID2_API_KEY: 'two words' })).toEqual(['UID2_API_KEY'])
  })
})

describe('a deployed site', () => {
  it('has a NEXTAUTH_URL that is not loopback', () => {
    expect(parsed(deployed)).toMatchObject({ deployed: true, origin: 'https://news.example', mode: 'real' })
    expect(parsed({ NEXTAUTH_URL: 'https://localhost:3000' }).deployed).toBe(false)
  })

  it.each(['NEXTAUTH_SECRET', 'SESSION_PASSWORD', 'CHOICES_PEPPER', 'DATABASE_URL'])('needs %s', (name) => {
    const { [name]: _, ...without } = deployed
    expect(faulty(without)).toEqual([name])
  })

  it('is served over https', () => {
    expect(faulty({ ...deployed, NEXTAUTH_URL: 'http://news.example' })).toEqual(['NEXTAUTH_URL'])
  })

  it('has no demo sign-in beside a real operator', () => {
    expect(faulty({ ...deployed, DEMO_SIGN_IN: 'on' })).toEqual(['DEMO_SIGN_IN'])
  })

  it('runs the sandbox only with SANDBOX_PUBLIC=on', () => {
    const { UID2_BASE_URL: _, UID2_API_KEY: __, UID2_CLIENT_SECRET: ___, ...sandbox } = deployed
    expect(faulty(sandbox)).toEqual(['UID2_BASE_URL'])
    expect(parsed({ ...sandbox, SANDBOX_PUBLIC: 'on' })).toMatchObject({ mode: 'sandbox', demoSignIn: true })
    expect(faulty({ ...sandbox, SANDBOX_PUBLIC: 'off' })).toEqual(['UID2_BASE_URL'])
    const prebid = { PREBID_SERVER_URL: 'https://pbs.example/openrtb2/auction' }
    expect(faulty({ ...sandbox, SANDBOX_PUBLIC: 'on', ...prebid })).toEqual(['PREBID_SERVER_URL'])
    expect(faulty({ ...deployed, SANDBOX_PUBLIC: 'on' })).toEqual(['SANDBOX_PUBLIC'])
  })
})

describe('the rules of single variables', () => {
  it.each<[string, string[], string[]]>([
    ['PORT', ['1', '65535'], ['0', '-1', '65536', 'http', '3000.5', ' ', '3e3', '0x10']],
    ['KEEP_ALIVE_TIMEOUT', ['1000', '65000', '3600000'], ['0', '999', '3600001', '5s']],
    ['UID2_PRODUCT', ['uid2', 'euid'], ['UID2', 'both']],
    ['UID2_HANDOFF', ['server', 'client'], ['SERVER', 'browser']],
    ['UID2_TIMEOUT_MS', ['50', '30000'], ['49', '30001', '1.5', 'soon']],
    ['UID2_REFRESH_WAIT_MS', ['0', '30000'], ['-1', '30001', 'NaN']],
    [
      'NEXTAUTH_URL',
      ['http://localhost:3000', 'http://[::1]:3000/'],
      ['localhost:3000', 'http://localhost/a'],
    ],
    ['NEXTAUTH_SECRET', [secret('x')], ['x'.repeat(31)]],
    ['SESSION_PASSWORD', [secret('x')], ['x'.repeat(31)]],
    ['SESSION_PASSWORD_PREVIOUS', [`${secret('x')}, ${secret('y')},`], [`${secret('x')},short`]],
    ['CHOICES_PEPPER', [secret('x')], ['x'.repeat(31)]],
    ['CHOICES_PEPPER_PREVIOUS', [`${secret('x')},${secret('y')}`], ['short']],
    ['DATABASE_URL', ['file:a.db'], ['file:', 'mysql://host/db', 'a.db']],
    ['DEMO_SIGN_IN', ['on', 'off'], ['yes', 'true', '1']],
    ['SANDBOX_PUBLIC', ['on', 'off'], ['1']],
    ['GPC_SCOPE', ['account', 'browser', 'off'], ['none']],
    ['REGION_HEADER', ['CF-IPCountry', 'x-country'], ['X Country', 'a:b', 'ü']],
    ['HOLDOUT_PERCENT', ['0'], ['-1', '101', '2.5', '5%', ' ']],
    ['HOLDOUT_SALT', ['autumn'], []],
    ['LAB', ['on', 'off'], ['1']],
    ['PREBID_SERVER_URL', ['https://pbs.example/auction'], ['http://pbs.example/auction', '/auction']],
  ])('%s: takes %j, refuses %j', (name, right, wrong) => {
    for (const value of right) expect(faulty({ [name]: value }), value).toEqual([])
    for (const value of wrong) expect(faulty({ [name]: value }), value).toEqual([name])
  })

  it('a mail server’s user name or password that cannot be decoded is a fault at start', () => {
    const mail = (url: string) => faulty({ SMTP_URL: url, MAIL_FROM: 'sign-in@news.example' })
    for (const url of ['smtp://127.0.0.1:25', 'smtps://u%40x:p%25ss@mail.example'])
      expect(mail(url)).toEqual([])
    for (const url of [
      'smtps://u:p%ss@mail.example',
      'smtps://u%:p@mail.example',
      'https://mail.example',
      'smtp://',
    ])
      expect(mail(url), url).toEqual(['SMTP_URL'])
  })

  it('PostgreSQL needs a pepper, which all instances share', () => {
    expect(faulty({ DATABASE_URL: 'postgres://h/n' })).toEqual(['CHOICES_PEPPER'])
    expect(faulty({ DATABASE_URL: 'postgres://h/n', CHOICES_PEPPER: secret('p') })).toEqual([])
  })

  it('a hold-out needs a salt when deployed, which equals no other secret (K1)', () => {
    const salt = secret('h')
    expect(faulty({ HOLDOUT_PERCENT: '1' })).toEqual([])
    expect(faulty({ ...deployed, HOLDOUT_PERCENT: '1' })).toEqual(['HOLDOUT_SALT'])
    expect(faulty({ ...deployed, HOLDOUT_PERCENT: '1', HOLDOUT_SALT: 'autumn' })).toEqual([])
    for (const percent of ['0', '1', '100'])
      expect(faulty({ HOLDOUT_PERCENT: percent, HOLDOUT_SALT: salt }), percent).toEqual([])
    for (const other of [
      'NEXTAUTH_SECRET',
      'SESSION_PASSWORD',
      'SESSION_PASSWORD_PREVIOUS',
      'CHOICES_PEPPER',
    ])
      expect(faulty({ [other]: salt, HOLDOUT_SALT: salt }), other).toEqual(['HOLDOUT_SALT'])
    expect(faulty({ CHOICES_PEPPER_PREVIOUS: salt, HOLDOUT_SALT: salt })).toEqual(['HOLDOUT_SALT'])
    const { UID2_CLIENT_SECRET } = real
    expect(faulty({ ...real, HOLDOUT_SALT: UID2_CLIENT_SECRET ?? '' })).toEqual(['HOLDOUT_SALT'])
  })

  it('the pepper, earlier ones included, equals no other secret', () => {
    const same = secret('s')
    for (const other of ['NEXTAUTH_SECRET', 'SESSION_PASSWORD', 'SESSION_PASSWORD_PREVIOUS'])
      for (const pepper of ['CHOICES_PEPPER', 'CHOICES_PEPPER_PREVIOUS'])
        expect(faulty({ [other]: same, [pepper]: same }), `${other} ${pepper}`).toEqual(['CHOICES_PEPPER'])
  })
})

describe('the message', () => {
  const marked = {
    UID2_BASE_URL: 'http://canary-host.example',
    UID2_CLIENT_SECRET: 'canary-secret',
    UID2_APIKEY: 'canary-key',
    NEXTAUTH_URL: 'canary-url',
    NEXTAUTH_SECRET: 'canary-auth',
    SESSION_PASSWORD_PREVIOUS: 'canary-password',
    CHOICES_PEPPER: 'canary-pepper',
    DATABASE_URL: 'canary://user:canary-db@host',
    PORT: 'canary-port',
    HOLDOUT_PERCENT: 'canary-share',
  }

  it('names every fault at once: the variable, what is wrong, and how to get a right value', () => {
    const result = parseEnv(marked)
    const faults = 'faults' in result ? result.faults : []
    const message = describeFaults(faults)
    for (const name of [...Object.keys(marked), 'UID2_API_KEY']) expect(message).toContain(`  ${name} `)
    expect(faults.length).toBeGreaterThanOrEqual(10)
    expect(message).toContain(`${faults.length} faults`)
    for (const { fault, remedy } of faults) {
      expect(fault).not.toBe('')
      expect(remedy).toMatch(/\.$|"$/)
    }
    expect(describeFaults(faults.slice(0, 1))).toContain('has a fault:')
  })

  it('contains no value (S5)', () => {
    const result = parseEnv(marked)
    expect('faults' in result && describeFaults(result.faults)).not.toMatch(/canary/)
  })
})
