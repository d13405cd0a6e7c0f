import { randomInt } from 'node:crypto'
import { beforeEach, expect, it, vi } from 'vitest'
import { createSecret } from '#lib/auth/proof/secrets.ts'
import { becomeSite } from '../../support/server-env.ts'

vi.mock('node:crypto', async (load) => {
  const actual = await load<typeof import('node:crypto')>()
  return { ...actual, randomInt: vi.fn(actual.randomInt) }
})
// Thousands of secrets are created here, and none is used.
vi.mock('#lib/auth/proof/secret-store.ts', () => ({ withSecrets: async () => {} }))

beforeEach(() => {
  becomeSite()
})

const code = async () => (await createSecret('phone', 0)).secret

it('a code is any of a million, the first and the last included', async () => {
  for (const [drawn, written] of [
    [0, '000000'],
    [42, '000042'],
    [999_999, '999999'],
  ] as const) {
    vi.mocked(randomInt).mockImplementationOnce(() => drawn)
    expect(await code()).toBe(written)
  }
  expect(vi.mocked(randomInt).mock.calls).toEqual(Array.from({ length: 3 }, () => [1_000_000]))
})

it('all codes are equally likely', async () => {
  const codes = await Promise.all(Array.from({ length: 20_000 }, code))
  expect(codes.every((it) => /^\d{6}$/.test(it))).toBe(true)
  for (const place of [0, 5])
    for (let digit = 0; digit < 10; digit++)
      // Expected less often than once in 10¹² runs.
      expect(Math.abs(codes.filter((it) => it[place] === `${digit}`).length - 2000)).toBeLessThan(310)
})
