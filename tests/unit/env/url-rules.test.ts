import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { describeFaults, parseEnv } from '#lib/env/schema.ts'

const faults = (raw: Record<string, string>) => {
  const result = parseEnv({ CHOICES_PEPPER: 'p'.repeat(32), ...raw })
  return 'faults' in result ? result.faults : []
}
const faulty = (raw: Record<string, string>) => faults(raw).map(({ variable }) => variable)

const wrongPasswords = [
  'pa#ss',
  'pa/ss',
  'pa?ss',
  '12#34',
  '12/34',
  '12?34',
  'pa%ss',
  '12/p@ss',
  '%ff',
  'a b',
  '#',
  '/',
  '?',
]

describe('DATABASE_URL', () => {
  it.each([
    'postgres://lantern:secret@db.example/news',
    'postgresql://lantern@db.example:6432/news?sslmode=verify-full',
    'postgres://db.example/news',
    'postgres://[::1]:5432/news',
    'postgres://u:p%23%2F%3F%40%25@db.example/news',
    // pg and the URL standard end a password at the last @.
    'postgres://u:p@ss@db.example/news',
    'postgres://u:p@/news?host=/var/run/postgresql',
    'postgres:///news?host=/var/run/postgresql',
    'postgres://u:p@%2Fvar%2Frun%2Fpostgresql/news',
  ])('%s is the server that pg connects to (E2)', (url) => {
    expect(faulty({ DATABASE_URL: url })).toEqual([])
    const { host, database, password } = new Client({ connectionString: url })
    expect(host).toMatch(/^(db\.example|::1|\/var\/run\/postgresql)$/)
    expect(database).toBe('news')
    if (url.includes('%23')) expect(password).toBe('p#/?@%')
    if (url.includes('p@ss')) expect(password).toBe('p@ss')
  })

  it.each(wrongPasswords)(
    'an unencoded password %j is a fault, instead of a store that stays down (E2)',
    (password) => {
      for (const scheme of ['postgres', 'postgresql'])
        for (const host of ['db.example', 'db.example:5432', '127.0.0.1'])
          expect(faulty({ DATABASE_URL: `${scheme}://u:${password}@${host}/news` })).toEqual(['DATABASE_URL'])
      expect(faulty({ DATABASE_URL: `postgres://u:${encodeURIComponent('pa#s/?%@')}@h/n` })).toEqual([])
    },
  )

  it.each([
    'postgres://u:p@db.example',
    'postgres://u:p@db.example/',
    'postgres://u:p@/news',
    'postgres:///news',
    'postgres://',
    'postgres:news',
    'postgres://db.example/news/other',
    'postgres://db.example/news#fragment',
    'postgres://db.example/news ',
    ' postgres://db.example/news',
    'postgres://db.example:port/news',
    'postgres://db.example:70000/news',
    'postgres://db.example/news?password=p@ss',
    '"postgres://db.example/news"',
    'mysql://db.example/news',
    'https://db.example/news',
    'db.example/news',
    'a.db',
  ])('%j is a fault (E2)', (url) => {
    expect(faulty({ DATABASE_URL: url })).toEqual(['DATABASE_URL'])
  })

  it.each([
    'file:a.db',
    'file:.data/choices.db',
    'file:../choices.db',
    'file:./a.db',
    'file:/data/choices.db',
    'file:///data/choices.db',
    'file:/data/of the lantern/choices.db',
    'file:C:\\lantern\\choices.db',
    'file:choices',
  ])('%s is a file of SQLite', (url) => {
    expect(faulty({ DATABASE_URL: url })).toEqual([])
  })

  it.each([
    'file:',
    'file:a.db?mode=ro',
    'file:/data/a.db?cache=shared',
    'file:/data/of%20the%20lantern/a.db',
    'file:a.db#main',
    'file://data/a.db',
    'file://localhost/data/a.db',
    'file: a.db',
    'file:a.db ',
    'file:a\n.db',
    'file:data/',
    'file:/',
    'file:.',
    'file:..',
    'file:/data/..',
    'file::memory:',
    'FILE:a.db',
  ])('%j is a fault, instead of a new file without the opt-outs (E2)', (url) => {
    expect(faulty({ DATABASE_URL: url })).toEqual(['DATABASE_URL'])
  })

  it('the message says what to encode and how, and does not show the password (S5)', () => {
    for (const password of wrongPasswords) {
      const message = describeFaults(
        faults({ DATABASE_URL: `postgres://canary:canary${password}@canary.example/n` }),
      )
      expect(message).toContain('DATABASE_URL is not valid')
      expect(message).toContain('# is %23')
      expect(message).not.toContain('canary')
    }
  })
})

describe('other URLs', () => {
  it.each(wrongPasswords)('an unencoded password %j in SMTP_URL is a fault (E2)', (password) => {
    const raw = { SMTP_URL: `smtp://u:${password}@mail.example`, MAIL_FROM: 'a@news.example' }
    expect(faulty(raw)).toEqual(['SMTP_URL'])
  })

  it.each(['smtp://mail.example', 'smtp://mail.example:25', 'smtps://u:p%23%2F%3F@mail.example/'])(
    '%s is a mail server',
    (url) => {
      expect(faulty({ SMTP_URL: url, MAIL_FROM: 'a@news.example' })).toEqual([])
    },
  )

  it.each<[string, Record<string, string>]>([
    ['UID2_BASE_URL', { UID2_API_KEY: 'k', UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64') }],
    ['AUTH_OIDC_ISSUER', { AUTH_OIDC_ID: 'a', AUTH_OIDC_SECRET: 'b' }],
    ['PREBID_SERVER_URL', {}],
    ['NEXTAUTH_URL', {}],
  ])('%s may not contain parts that are not used: a login, a fragment, a blank (E2)', (name, others) => {
    for (const url of ['https://localhost', 'http://127.0.0.1:3000/', 'https://localhost:3000'])
      expect(faulty({ ...others, [name]: url }), url).toEqual([])
    for (const url of [
      'https://user:password@localhost',
      'https://user@localhost/',
      'https://localhost/#fragment',
      'https://localhost/#',
      ' https://localhost',
      'https://localhost ',
      'https://local\thost',
      'https://localhost/%',
      'localhost',
    ])
      expect(faulty({ ...others, [name]: url }), url).toEqual([name])
  })

  it('a query is allowed only in an auction’s endpoint', () => {
    expect(faulty({ PREBID_SERVER_URL: 'https://pbs.example/auction?debug=1' })).toEqual([])
    for (const url of ['http://localhost:3000/?a', 'http://localhost:3000?', 'http://localhost:3000/a'])
      expect(faulty({ NEXTAUTH_URL: url }), url).toEqual(['NEXTAUTH_URL'])
  })
})
