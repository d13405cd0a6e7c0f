import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { withChoices } from '#lib/consent/durable.ts'
import { findGenerate, findRefresh, startGenerate, startRefresh } from '#lib/identity/flights.ts'
import { operatorClient } from '#lib/identity/operator.ts'
import { health } from '#lib/observe/health.ts'
import { hashEmail, type Identity } from '#lib/uid2/index.ts'
import { dueAtOnce, type Fault, type TestOperator, testOperator } from '../../support/operator.ts'
import { becomeSite } from '../../support/server-env.ts'
import { until } from '../../support/until.ts'
import { identityFor } from './identities.ts'

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
beforeEach(async () => {
  await operator.set({ lifetimes: dueAtOnce })
  becomeSite({ ...operator.env, UID2_TIMEOUT_MS: '30000' })
})
afterAll(() => operator.close())

/** A reader who said yes. */
async function someone(email = `${randomBytes(6).toString('hex')}@example.com`) {
  const subject = { sub: 'demo:a', sid: 'sid', diiHash: await hashEmail(email) }
  const yes = { advertising: 'granted', version: '1', wording: 'May we?', source: 'api' } as const
  await withChoices((store) => store.recordChoice(subject, yes))
  return { email, subject }
}

async function withIdentity(): Promise<{
  identity: Identity
  subject: Awaited<ReturnType<typeof someone>>['subject']
}> {
  const { email, subject } = await someone()
  const outcome = await operatorClient().generateToken({ email })
  if (outcome.status !== 'success') throw new Error(outcome.status)
  return { identity: outcome.identity, subject }
}

describe('a refresh', () => {
  it('N3: is one call for all who ask while it flies, and its result waits for the next', async () => {
    const { identity, subject } = await withIdentity()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang', times: 1 }] })
    const flights = Array.from({ length: 20 }, () => startRefresh(identity, subject))
    await until(async () => (await operator.calls()).refresh === 1)
    await operator.set({ lifetimes: dueAtOnce })
    const outcomes = await Promise.all(flights.map(({ promise }) => promise))
    expect(new Set(outcomes).size).toBe(1)
    expect(outcomes[0]).toMatchObject({ status: 'success' })
    expect(findRefresh(identity)?.settled).toBe(outcomes[0])
    expect((await operator.calls()).refresh).toBe(0)
  })

  it('the result is kept for a minute, a failure for half of one', async () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
    const good = await withIdentity()
    await startRefresh(good.identity, good.subject).promise
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', status: 500 }] })
    const bad = await withIdentity()
    await startRefresh(bad.identity, bad.subject).promise
    clock.mockReturnValue(1000 + 29_999)
    expect(findRefresh(bad.identity)?.settled).toEqual({ status: 'failed' })
    clock.mockReturnValue(1000 + 30_000)
    expect(findRefresh(bad.identity)).toBeUndefined()
    expect(findRefresh(good.identity)?.settled).toMatchObject({ status: 'success' })
    clock.mockReturnValue(1000 + 60_000)
    expect(findRefresh(good.identity)).toBeUndefined()
  })

  it.each<[string, Fault]>([
    ['resets the connection', { on: 'refresh', kind: 'reset' }],
    ['answers 500', { on: 'refresh', status: 500 }],
    ['answers 429', { on: 'refresh', status: 429 }],
    ['answers 401', { on: 'refresh', status: 401 }],
    ['answers garbage', { on: 'refresh', kind: 'garbage' }],
  ])('U4: never rejects: an operator that %s is a failure, and is left in peace', async (_, fault) => {
    const { identity, subject } = await withIdentity()
    await operator.set({})
    await operator.set({ lifetimes: dueAtOnce, faults: [fault] })
    for (let i = 0; i < 3; i++)
      expect(await startRefresh(identity, subject).promise).toEqual({ status: 'failed' })
    expect((await operator.calls()).refresh).toBe(1)
    expect(health().operator).toBe('failing')
  })

  it('never rejects: nothing listens, or it takes longer than the time-out', async () => {
    const { subject } = await someone()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang' }] })
    becomeSite({ ...operator.env, UID2_TIMEOUT_MS: '50' })
    expect(await startRefresh(identityFor(), subject).promise).toEqual({ status: 'failed' })
    becomeSite({ ...operator.env, UID2_BASE_URL: 'http://127.0.0.1:1' })
    expect(await startRefresh(identityFor(), subject).promise).toEqual({ status: 'failed' })
  })

  it('U3: an opt-out is on record before anyone hears of it', async () => {
    const { identity, subject } = await withIdentity()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
    expect(await startRefresh(identity, subject).promise).toEqual({ status: 'optout' })
    expect(await withChoices((store) => store.read(subject))).toMatchObject({ optedOut: true })
  })

  it('U2: a refresh token that is none ends the identity', async () => {
    const { subject } = await someone()
    const outcome = await startRefresh(identityFor(), subject).promise
    expect(['ended', 'failed']).toContain(outcome.status)
  })
})

describe('a generate', () => {
  it('is one call for all who ask while it flies; its success is not kept', async () => {
    const { email, subject } = await someone()
    await operator.set({})
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'generate', kind: 'hang', times: 1 }] })
    const flights = Array.from({ length: 20 }, () => startGenerate(subject, { email }, undefined))
    await until(async () => (await operator.calls()).generate === 1)
    // Replaced, not cleared: the counters go on.
    await operator.set({ lifetimes: dueAtOnce })
    for (const { promise } of flights) expect(await promise).toMatchObject({ status: 'success' })
    expect((await operator.calls()).generate).toBe(0)
    expect(findGenerate(subject, undefined)).toBeUndefined()
  })

  it('U3: does not call once an opt-out is on record, though the caller did not know', async () => {
    const { email, subject } = await someone()
    await withChoices((store) => store.recordOptOut(subject.diiHash, 'uid2'))
    expect(await startGenerate(subject, { email }, undefined).promise).toEqual({ status: 'optout' })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('U25: does not call without a yes on record, and remembers nothing of it', async () => {
    const { email, subject } = await someone()
    const no = { advertising: 'denied', version: '1', wording: 'May we?', source: 'api' } as const
    await withChoices((store) => store.recordChoice(subject, no))
    expect(await startGenerate(subject, { email }, undefined).promise).toEqual({ status: 'refused' })
    expect(findGenerate(subject, undefined)).toBeUndefined()
    expect((await operator.calls()).generate).toBe(0)
  })

  it('does not call while the store is down: an opt-out could be missed', async () => {
    const { email, subject } = await someone()
    becomeSite({ ...operator.env, DATABASE_URL: 'postgres://127.0.0.1:1/x', CHOICES_PEPPER: 'p'.repeat(32) })
    expect(await startGenerate(subject, { email }, undefined).promise).toEqual({ status: 'refused' })
    expect((await operator.calls()).generate).toBe(0)
  })

  it('a failure is remembered, so that nobody asks again at once', async () => {
    const { email, subject } = await someone()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'generate', status: 500 }] })
    for (let i = 0; i < 3; i++)
      expect(await startGenerate(subject, { email }, undefined).promise).toEqual({ status: 'failed' })
    expect((await operator.calls()).generate).toBe(1)
  })

  it('a consent that does not suffice is remembered for an hour, and for that string alone', async () => {
    const euid = await testOperator('euid')
    becomeSite({ ...euid.env, UID2_PRODUCT: 'euid' })
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000)
    const { email, subject } = await someone()
    const insufficient = { status: 'insufficient_user_consent' }
    const ask = (tcf: string) => startGenerate(subject, { email }, tcf).promise
    // Without purpose 1; and with all that EUID needs.
    const [little, enough] = [
      'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA',
      'CPehNtWPehNtWABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA',
    ] as const
    expect(await ask(little)).toEqual(insufficient)
    clock.mockReturnValue(1000 + 3_599_999)
    expect(await ask(little)).toEqual(insufficient)
    expect((await euid.calls()).generate).toBe(1)
    expect(await ask(enough)).toMatchObject({ status: 'success' })
    clock.mockReturnValue(1000 + 3_600_000)
    expect(await ask(little)).toEqual(insufficient)
    expect((await euid.calls()).generate).toBe(3)
    await euid.close()
  })

  it('the opt-out of the operator’s test address is heard, recorded and remembered', async () => {
    const { email, subject } = await someone('optout@example.com')
    const { promise } = startGenerate(subject, { email }, undefined)
    expect(await promise).toEqual({ status: 'optout' })
    expect(await withChoices((store) => store.read(subject))).toMatchObject({ optedOut: true })
  })
})
