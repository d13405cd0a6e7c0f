import { describe, expect, it } from 'vitest'
import { demoProvider } from '#lib/auth/demo-provider.ts'
import { becomeSite } from '../../support/server-env.ts'

const real = {
  UID2_BASE_URL: 'http://127.0.0.1:1',
  UID2_API_KEY: 'key',
  UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64'),
  DEMO_SIGN_IN: 'on',
}

type Authorize = (
  credentials: Record<string, string>,
  request: { headers: Record<string, string> },
) => Promise<{ id: string; claims: unknown } | null>

const signIn = (headers: Record<string, string>, credentials = { email: 'jane@example.com' } as object) => {
  const { options } = demoProvider() as unknown as { options: { authorize: Authorize } }
  return options.authorize(credentials as Record<string, string>, { headers })
}

describe('demo sign-in beside a real operator (N18)', () => {
  it.each([
    { host: 'localhost:3000' },
    { host: '127.0.0.1' },
    { host: '[::1]:3000' },
    { host: 'localhost:3000', 'x-forwarded-host': 'localhost:3000' },
    { host: 'localhost', 'x-forwarded-host': 'localhost, 127.0.0.1:80' },
  ])('accepts this machine: %j', async (headers) => {
    becomeSite(real)
    expect(await signIn(headers)).toMatchObject({ claims: { email: 'jane@example.com' } })
  })

  it.each([
    { host: 'news.example' },
    { host: 'localhost.news.example' },
    { host: 'localhost@news.example' },
    { host: 'localhost:3000', 'x-forwarded-host': 'news.example' },
    { host: 'localhost:3000', 'x-forwarded-host': 'localhost, news.example' },
    { host: 'localhost:3000', 'x-forwarded-host': 'localhost,' },
    { host: '192.168.1.7:3000' },
    { host: 'not a host' },
    { host: '' },
  ])('refuses another host: %j', async (headers) => {
    becomeSite(real)
    await expect(signIn(headers)).rejects.toThrow(/^not_local$/)
  })

  it('refuses a request without a host', async () => {
    becomeSite(real)
    await expect(signIn({})).rejects.toThrow(/^not_local$/)
  })
})

describe('demo sign-in in the sandbox', () => {
  it('accepts any host, since a public demo has no real accounts', async () => {
    becomeSite()
    expect(await signIn({ host: 'demo.example' })).toMatchObject({ id: 'jane@example.com' })
  })

  it.each([
    [{ email: 'canary@' }, 'bad_email'],
    [{ email: 'f'.repeat(64) }, 'looks_hashed'],
    [{ phone: '0123' }, 'bad_phone'],
    [{}, 'empty'],
  ])('refuses %j with a code, without the input (S5)', async (credentials, code) => {
    becomeSite()
    await expect(signIn({ host: 'localhost' }, credentials)).rejects.toThrow(new RegExp(`^${code}$`))
  })
})
