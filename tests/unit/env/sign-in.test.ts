import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { loadEnv } from '#lib/env/env.ts'
import { describeFaults, parseEnv } from '#lib/env/schema.ts'

type Raw = Record<string, string>

const pemOf = (curve: string) =>
  generateKeyPairSync('ec', { namedCurve: curve })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
const pem = pemOf('P-256')
const https: Raw = { NEXTAUTH_URL: 'https://localhost:3000' }
const groups: Record<string, Raw> = {
  google: { AUTH_GOOGLE_ID: 'id', AUTH_GOOGLE_SECRET: 'secret' },
  apple: {
    AUTH_APPLE_ID: 'com.example.news',
    AUTH_APPLE_TEAM: 'TEAM123456',
    AUTH_APPLE_KEY_ID: 'KEY1234567',
    AUTH_APPLE_PRIVATE_KEY: pem,
  },
  facebook: { AUTH_FACEBOOK_ID: '1', AUTH_FACEBOOK_SECRET: 'secret' },
  oidc: { AUTH_OIDC_ISSUER: 'https://login.example', AUTH_OIDC_ID: 'id', AUTH_OIDC_SECRET: 'secret' },
  mail: { SMTP_URL: 'smtps://user:p%40ss@mail.example:465', MAIL_FROM: 'The Lantern <sign-in@news.example>' },
}

const parse = (raw: Raw) => parseEnv({ ...https, ...raw })
const faulty = (raw: Raw) => {
  const result = parse(raw)
  return 'faults' in result ? result.faults.map(({ variable }) => variable) : []
}
const signIn = (raw: Raw) => loadEnv({ DATA_DIR: 'test-results/env', ...https, ...raw }).signIn

describe('a way to sign in', () => {
  it('exists when its variables are set, and not otherwise', () => {
    expect(signIn({})).toEqual({ google: null, apple: null, facebook: null, oidc: null, mail: null })
    expect(signIn(Object.assign({}, ...Object.values(groups)))).toEqual({
      google: { id: 'id', secret: 'secret' },
      apple: { id: 'com.example.news', team: 'TEAM123456', keyId: 'KEY1234567', privateKey: pem },
      facebook: { id: '1', secret: 'secret' },
      oidc: { issuer: 'https://login.example', id: 'id', secret: 'secret', name: 'OpenID' },
      mail: { url: groups.mail?.SMTP_URL, from: groups.mail?.MAIL_FROM },
    })
  })

  it.each(Object.entries(groups))('%s needs all of its variables: each missing one is named', (_, group) => {
    for (const name of Object.keys(group)) {
      const { [name]: __, ...without } = group
      expect(faulty(without)).toEqual([name])
      expect(faulty({ [name]: group[name] ?? '' })).toEqual(
        Object.keys(group).filter((other) => other !== name),
      )
    }
  })

  it('does not exist in a public sandbox, which has the demo sign-in only', () => {
    const sandbox = {
      NEXTAUTH_URL: 'https://demo.example',
      NEXTAUTH_SECRET: 'a'.repeat(32),
      SESSION_PASSWORD: 'b'.repeat(32),
      CHOICES_PEPPER: 'c'.repeat(32),
      DATABASE_URL: 'file:choices.db',
      SANDBOX_PUBLIC: 'on',
    }
    expect(faulty(sandbox)).toEqual([])
    for (const group of Object.values(groups))
      expect(faulty({ ...sandbox, ...group })).toEqual([Object.keys(group)[0]])
  })
})

describe('Apple', () => {
  it('needs https, because its answer is a form from another site', () => {
    expect(faulty({ ...groups.apple, NEXTAUTH_URL: 'http://localhost:3000' })).toEqual(['AUTH_APPLE_ID'])
  })

  it('has a key of the right kind, with real line breaks or \\n', () => {
    const oneLine = pem.replaceAll('\n', '\\n')
    expect(signIn({ ...groups.apple, AUTH_APPLE_PRIVATE_KEY: oneLine }).apple?.privateKey).toBe(pem)
    for (const key of ['key', pem.slice(0, -60), pemOf('P-384')])
      expect(faulty({ ...groups.apple, AUTH_APPLE_PRIVATE_KEY: key })).toEqual(['AUTH_APPLE_PRIVATE_KEY'])
  })
})

describe('an OpenID provider', () => {
  it.each(['https://login.example', 'https://login.example/tenant/', 'http://127.0.0.1:4000'])(
    'may be at %s',
    (issuer) => {
      expect(faulty({ ...groups.oidc, AUTH_OIDC_ISSUER: issuer })).toEqual([])
    },
  )

  it.each([
    'login.example',
    'http://login.example',
    'https://user:word@login.example',
    'https://login.example?x=1',
  ])('may not be at %s', (issuer) => {
    expect(faulty({ ...groups.oidc, AUTH_OIDC_ISSUER: issuer })).toEqual(['AUTH_OIDC_ISSUER'])
  })

  it('has a name that fits on a button', () => {
    expect(signIn({ ...groups.oidc, AUTH_OIDC_NAME: 'Example ID' }).oidc?.name).toBe('Example ID')
    for (const name of ['x'.repeat(41), 'two\nlines'])
      expect(faulty({ ...groups.oidc, AUTH_OIDC_NAME: name })).toEqual(['AUTH_OIDC_NAME'])
  })
})

describe('mail', () => {
  it.each(['mail.example', 'https://mail.example', 'smtp://', 'smtp://user:50%@mail.example'])(
    'cannot use the server %s',
    (url) => {
      expect(faulty({ ...groups.mail, SMTP_URL: url })).toEqual(['SMTP_URL'])
    },
  )

  it.each(['lantern', 'a@b', 'a@b.example, c@d.example', 'The\nLantern <a@b.example>', '<a@b.example'])(
    'cannot have the sender %j',
    (from) => {
      expect(faulty({ ...groups.mail, MAIL_FROM: from })).toEqual(['MAIL_FROM'])
    },
  )
})

describe('sign-in policy', () => {
  it('RELAY_DOMAINS is a list of domains, in any spelling', () => {
    const { diiPolicy } = loadEnv({
      DATA_DIR: 'test-results/env',
      RELAY_DOMAINS: ' Relay.Example, fwd.example ',
    })
    expect(diiPolicy).toEqual({ relayDomains: ['relay.example', 'fwd.example'], prefer: 'email' })
    for (const list of ['@relay.example', 'relay', 'https://relay.example', 'a b.example'])
      expect(faulty({ RELAY_DOMAINS: list })).toEqual(['RELAY_DOMAINS'])
  })

  it.each([
    { DII_PREFER: 'mail' },
    { TRUST_PROXY_HOPS: '-1' },
    { TRUST_PROXY_HOPS: 'all' },
    { TRUST_PROXY_HOPS: '11' },
  ])('%j is a fault', (raw) => {
    expect(faulty(raw as unknown as Raw)).toEqual(Object.keys(raw))
  })

  it('no fault repeats a value, which may be a secret', () => {
    const result = parse({
      AUTH_GOOGLE_ID: 'canary one',
      AUTH_APPLE_PRIVATE_KEY: 'canary',
      SMTP_URL: 'https://canary@mail.example',
      MAIL_FROM: 'canary',
      AUTH_OIDC_ISSUER: 'canary',
      RELAY_DOMAINS: 'canary',
    })
    expect('faults' in result ? describeFaults(result.faults) : '').toMatch(/^(?!.*canary)/s)
  })
})
