import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startOperator } from '#lib/sandbox/operator/node.ts'
import { sandboxDsp } from '#lib/shared/sandbox-credentials.ts'
import { type TestOperator, testOperator } from '#tests/support/operator.ts'
import { clockFinding } from '../../../scripts/uid2/verify/round-trip.ts'
import { cli } from './cli.ts'

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator('uid2')
})
afterAll(() => operator.close())

interface Found {
  check: string
  level: string
  what: string
  why?: string
}

async function verify(line: string[] = [], setting: Parameters<typeof cli>[1] = {}) {
  const { code, json } = await cli(['verify', ...line, '--json'], {
    ...setting,
    env: { ...operator.env, ...setting.env },
  })
  const findings = json.findings as Found[]
  return { code, findings, faults: findings.filter(({ level }) => level === 'fault') }
}

describe('the key (U20b)', () => {
  it.each([
    ['does not know', { UID2_API_KEY: `UID2-C-L-124-Abcdef.${'x'.repeat(38)}` }],
    ['knows the key', { UID2_API_KEY: sandboxDsp.apiKey, UID2_CLIENT_SECRET: sandboxDsp.clientSecret }],
  ])('is refused: a refresh shows that the operator %s it', async (why, env) => {
    const { code, faults } = await verify([], { env })
    expect(code).toBe(1)
    expect(faults[0]).toMatchObject({ check: 'generate', why: expect.stringContaining(why) })
  })
})

describe('the clock (U14)', () => {
  it('is measured by the time inside the operator’s answer', async () => {
    const ahead = await startOperator({ now: () => Date.now() + 90_000 })
    const { code, findings } = await verify([], { env: { UID2_BASE_URL: ahead.baseUrl } })
    await ahead.close()
    const clock = findings.find(({ check }) => check === 'clock')
    expect(clock?.what).toMatch(/^ours is (89|90)\.\d s behind the operator’s\.$/)
    expect([code, clock?.level]).toEqual([1, 'fault'])
  })

  it('that is refused by the operator is reported with its skew', async () => {
    const { code, faults } = await verify([], { now: () => Date.now() - 600_000 })
    expect(code).toBe(1)
    expect(faults[0]?.what).toMatch(
      /your clock is (599|600|601) s behind the operator's: Invalid timestamp.* \(clock_skew\)$/,
    )
  })

  it.each([
    [150_000, /your clock is (149|150) s behind the operator's/],
    [-150_000, /your clock is (150|151) s ahead of the operator's/],
    [1_700_000, /your clock is (1699|1700) s behind the operator's/],
    [-7 * 3_600_000 - 30_000, /your clock is 2523[01] s ahead of the operator's/],
    [40 * 86_400_000, /no answer shows how far it is off/],
  ])(
    '%s ms off is measured by calls with other times, since operators send no Date',
    async (ahead, words) => {
      const other = await startOperator({ now: () => Date.now() + ahead })
      const { code, faults } = await verify([], { env: { UID2_BASE_URL: other.baseUrl } })
      await other.close()
      expect([code, faults.map(({ check }) => check)]).toEqual([1, ['generate']])
      expect(faults[0]?.what).toMatch(words)
    },
  )

  it.each([
    [0, 'ok'],
    [-10_000, 'ok'],
    [10_001, 'warning'],
    [-60_000, 'warning'],
    [60_001, 'fault'],
    [undefined, 'note'],
  ])('%s ms off is reported as %s', (skew, level) => {
    expect(clockFinding(skew).level).toBe(level)
  })
})
