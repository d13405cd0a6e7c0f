import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { EnvError, loadEnv } from '#lib/env/env.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lantern-env-'))
})

const secretsOf = ({ nextAuthSecret, sessionPasswords, choicesPeppers }: ReturnType<typeof loadEnv>) => [
  nextAuthSecret,
  sessionPasswords[0],
  choicesPeppers[0],
]

describe('generated secrets', () => {
  it('are made once, differ from each other, and are readable only by their owner', () => {
    const first = loadEnv({ DATA_DIR: folder })
    expect(new Set(secretsOf(first)).size).toBe(3)
    for (const secret of secretsOf(first)) expect(Buffer.from(secret, 'base64')).toHaveLength(32)
    expect(secretsOf(loadEnv({ DATA_DIR: folder }))).toEqual(secretsOf(first))
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  it('are made in a folder that does not exist yet', () => {
    const deep = join(folder, 'a', 'b')
    expect(secretsOf(loadEnv({ DATA_DIR: deep }))).toEqual(secretsOf(loadEnv({ DATA_DIR: deep })))
  })

  it('are replaced by those that are set', () => {
    const own = {
      NEXTAUTH_SECRET: 'n'.repeat(32),
      SESSION_PASSWORD: 's'.repeat(32),
      CHOICES_PEPPER: 'c'.repeat(32),
    }
    expect(secretsOf(loadEnv({ DATA_DIR: folder, ...own }))).toEqual(Object.values(own))
  })

  it('in a folder that cannot be written cause one sentence that names DATA_DIR', () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    for (const dataDir of [file, join(file, 'below')]) {
      expect(() => loadEnv({ DATA_DIR: dataDir })).toThrow(EnvError)
      expect(() => loadEnv({ DATA_DIR: dataDir })).toThrow(/may not write to .*set DATA_DIR/)
    }
  })

  it.each(['not json', '{}', '{"nextAuthSecret":"canary"}'])(
    'in a file with %j cause one sentence without its content',
    (text) => {
      writeFileSync(join(folder, 'secrets.json'), text)
      expect(() => loadEnv({ DATA_DIR: folder })).toThrow(/secrets\.json in .* cannot be read/)
      expect(() => loadEnv({ DATA_DIR: folder })).not.toThrow(/canary/)
      expect(readFileSync(join(folder, 'secrets.json'), 'utf8')).toBe(text)
    },
  )
})

describe('the checked environment', () => {
  it('all faults are in one EnvError', () => {
    expect(() => loadEnv({ PORT: 'x', UID2_APIKEY: 'y', GPC_SCOPE: 'z' })).toThrow(
      /PORT.*GPC_SCOPE.*UID2_APIKEY/s,
    )
  })

  it('a sandbox has the built-in operator and exchange', () => {
    expect(loadEnv({ DATA_DIR: folder, PORT: '4002' })).toMatchObject({
      mode: 'sandbox',
      operator: { baseUrl: 'http://127.0.0.1:4002/sandbox/operator' },
      prebidServer: { endpoint: '/sandbox/exchange/openrtb2/auction' },
      databaseUrl: `file:${join(folder, 'choices.db')}`,
      secureCookies: false,
    })
  })

  it('a real site has the operator that is set, and bids only where a server is set', () => {
    const real = {
      DATA_DIR: folder,
      UID2_BASE_URL: 'https://operator.example',
      UID2_API_KEY: 'key',
      UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64'),
    }
    expect(loadEnv(real)).toMatchObject({
      operator: {
        baseUrl: real.UID2_BASE_URL,
        apiKey: real.UID2_API_KEY,
        clientSecret: real.UID2_CLIENT_SECRET,
      },
      prebidServer: null,
    })
    const endpoint = 'https://pbs.example/auction'
    expect(loadEnv({ ...real, PREBID_SERVER_URL: endpoint, PREBID_ACCOUNT_ID: '7' }).prebidServer).toEqual({
      endpoint,
      accountId: '7',
    })
  })

  it('previous passwords and peppers follow the current ones (N15)', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(32))
    const env = loadEnv({ DATA_DIR: folder, SESSION_PASSWORD: a, SESSION_PASSWORD_PREVIOUS: `${b},${c}` })
    expect(env.sessionPasswords).toEqual([a, b, c])
  })

  it('nothing is held out without a percentage (K1)', () => {
    const salt = 's'.repeat(16)
    expect(loadEnv({ DATA_DIR: folder, HOLDOUT_SALT: salt }).holdout).toBeNull()
    const env = loadEnv({ DATA_DIR: folder, HOLDOUT_PERCENT: '10', HOLDOUT_SALT: salt })
    expect(env.holdout).toEqual({ percent: 10, salt })
  })

  it('without a salt of its own, a site that is not deployed keeps its groups at each start and in each instance (K1)', () => {
    const saltIn = (raw: Record<string, string>) => loadEnv({ HOLDOUT_PERCENT: '10', ...raw }).holdout?.salt
    const made = saltIn({ DATA_DIR: folder })
    expect(made).toMatch(/^.{44}$/)
    expect(saltIn({ DATA_DIR: folder })).toBe(made)
    const CHOICES_PEPPER = 'p'.repeat(32)
    const shared = saltIn({ DATA_DIR: folder, CHOICES_PEPPER })
    expect(shared).not.toBe(made)
    expect(saltIn({ DATA_DIR: join(folder, 'other'), CHOICES_PEPPER })).toBe(shared)
    expect([made, shared]).not.toContain(CHOICES_PEPPER)
  })

  it('https turns secure cookies on', () => {
    expect(loadEnv({ DATA_DIR: folder, NEXTAUTH_URL: 'https://localhost:3000' }).secureCookies).toBe(true)
  })
})
