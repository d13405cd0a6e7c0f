import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { env } from '#lib/env/env.ts'
import { secret, signedInHere } from '../../support/in-process.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../../support/operator.ts'
import { becomeSite } from '../../support/server-env.ts'

const gpc = { 'sec-gpc': '1' }
let operator: TestOperator
let dataDir: string
beforeAll(async () => {
  operator = await testOperator()
})
beforeEach(async () => {
  await operator.set({})
  dataDir = configure().dataDir
})
afterAll(() => operator.close())

const configure = (settings: Record<string, string> = {}) =>
  becomeSite({ ...operator.env, NEXTAUTH_SECRET: secret, UID2_TIMEOUT_MS: '30000', ...settings })
/** The same site, started again with other settings. */
const restartWith = (settings: Record<string, string>) => configure({ DATA_DIR: dataDir, ...settings })

async function withToken() {
  const reader = await signedInHere()
  const given = await reader.choose('granted')
  expect(given).toMatchObject({ status: 'available' })
  return { reader, given }
}

describe('HOLDOUT_PERCENT', () => {
  it('withholds the token at the next request when raised, and restores the same token when lowered (K1)', async () => {
    const { reader, given } = await withToken()
    expect(given).not.toHaveProperty('bucket')
    const HOLDOUT_SALT = 'autumn of the moth'
    restartWith({ HOLDOUT_PERCENT: '100', HOLDOUT_SALT })
    expect(await reader.get()).toMatchObject({ status: 'withheld', bucket: 'control' })
    restartWith({ HOLDOUT_PERCENT: '0', HOLDOUT_SALT })
    expect(await reader.get()).toEqual({ ...given, now: expect.any(Number) })
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  })
})

describe('UID2_HANDOFF', () => {
  it('changes what the browser gets from a cookie, not the cookie', async () => {
    const { reader, given } = await withToken()
    expect(given).not.toHaveProperty('identity')
    restartWith({ UID2_HANDOFF: 'client' })
    const advertising_token = given.advertisingToken
    expect(await reader.get()).toMatchObject({
      identity: { advertising_token, refresh_token: expect.any(String) },
    })
    restartWith({ UID2_HANDOFF: 'server' })
    expect(await reader.get()).toEqual({ ...given, now: expect.any(Number) })
  })

  it('decides whether the browser or the site refreshes a due token (U11)', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const { reader } = await withToken()
    restartWith({ UID2_HANDOFF: 'client' })
    await reader.post('identity', {})
    expect((await operator.calls()).refresh).toBe(0)
    restartWith({ UID2_HANDOFF: 'server' })
    await reader.post('identity', {})
    expect((await operator.calls()).refresh).toBe(1)
  })
})

describe('GPC_SCOPE', () => {
  it('account, the default: the signal is a denial of the reader in every browser (S7)', async () => {
    const { reader } = await withToken()
    expect(await reader.get(gpc)).toMatchObject({ status: 'gpc' })
    expect(await reader.get()).toMatchObject({ status: 'denied' })
    expect(await reader.choose('granted', gpc)).toMatchObject({ status: 'gpc' })
    expect(await reader.get()).toMatchObject({ status: 'denied' })
  })

  it('browser: the signal counts for its own requests, and a consent beside it for others', async () => {
    restartWith({ GPC_SCOPE: 'browser' })
    const reader = await signedInHere()
    expect(await reader.choose('granted', gpc)).toMatchObject({ status: 'gpc' })
    expect((await operator.calls()).generate).toBe(0)
    expect((await reader.post('identity', {})).body).toMatchObject({ status: 'available' })
    expect(await reader.get(gpc)).toMatchObject({ status: 'gpc' })
    expect(await reader.get()).toMatchObject({ status: 'available' })
  })

  it('off: the signal changes nothing', async () => {
    restartWith({ GPC_SCOPE: 'off' })
    const { reader } = await withToken()
    expect(await reader.get(gpc)).toMatchObject({ status: 'available' })
  })
})

describe('LAB', () => {
  it.each([
    [false, {}],
    [false, { LAB: 'off' }],
    [true, { LAB: 'on' }],
  ])('shows the laboratory with a real operator: %j for %j', (shown, setting) => {
    configure(setting)
    expect(env().lab).toBe(shown)
  })
})
