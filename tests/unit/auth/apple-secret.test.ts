import { generateKeyPairSync } from 'node:crypto'
import { decodeProtectedHeader, jwtVerify } from 'jose'
import { describe, expect, it, vi } from 'vitest'
import { appleClientSecret } from '#lib/auth/apple-secret.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
const settings = (type: 'pkcs8' | 'sec1') => ({
  id: 'com.example.lantern',
  team: 'TEAM123456',
  keyId: 'KEY1234567',
  privateKey: privateKey.export({ type, format: 'pem' }).toString(),
})

describe('the client secret for Apple', () => {
  it.each(['pkcs8', 'sec1'] as const)('has the documented form, from a key in %s', async (type) => {
    const secret = await appleClientSecret(settings(type))
    expect(decodeProtectedHeader(secret)).toEqual({ alg: 'ES256', kid: 'KEY1234567' })
    const { payload } = await jwtVerify(secret, publicKey)
    expect(payload).toEqual({
      iss: 'TEAM123456',
      sub: 'com.example.lantern',
      aud: 'https://appleid.apple.com',
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 300,
    })
  })

  it('is new for each use', async () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 })
    const first = await appleClientSecret(settings('pkcs8'))
    vi.setSystemTime(1_800_000_060_000)
    const second = await appleClientSecret(settings('pkcs8'))
    vi.useRealTimers()
    const times = [first, second].map((jwt) => JSON.parse(atob(jwt.split('.')[1] ?? '')) as object)
    expect(times).toMatchObject([
      { iat: 1_800_000_000, exp: 1_800_000_300 },
      { iat: 1_800_000_060, exp: 1_800_000_360 },
    ])
  })
})
