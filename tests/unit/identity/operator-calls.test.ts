import { afterEach, describe, expect, it, vi } from 'vitest'
import { Uid2Error, type Uid2ErrorCode } from '#lib/uid2/index.ts'
import { denial, grant } from '../../support/core.ts'
import { asked, fail, holdAnswers, type Site, setUp } from './calls.ts'

afterEach(() => {
  vi.useRealTimers()
})

const down = fail(new Error('down'))

describe.each(['generate', 'refresh'] as const)('a %s', (kind) => {
  it('is one call for all who ask while it is under way (N3)', async () => {
    const site = await setUp()
    const answer = holdAnswers(site)
    const flights = Array.from({ length: 20 }, () => site[kind]())
    await vi.waitFor(() => expect(asked(site)).toEqual([kind]))
    expect(site[kind]()).toBe(flights[0])
    answer()
    const results = await Promise.all(flights.map(({ promise }) => promise))
    expect(new Set(results).size).toBe(1)
    expect(results[0]).toMatchObject({ status: 'success', identity: { refresh_from: expect.any(Number) } })
    expect(asked(site)).toEqual([kind])
    expect(site.events).toEqual([
      { type: kind === 'generate' ? 'generated' : 'refreshed', ms: expect.any(Number) },
    ])
  })

  it('is shared by all instances of the module in a process, and by no other site in it', async () => {
    const site = await setUp({ name: 'shared' })
    const beside = await setUp({ name: 'shared' })
    const other = await setUp({ name: 'another' })
    holdAnswers(site)
    const flight = site[kind]()
    const ask = ({ calls }: Site) =>
      kind === 'refresh'
        ? calls.refresh(site.identity, site.subject)
        : calls.generate(site.subject, { email: 'reader@example.com' })
    expect(ask(beside)).toBe(flight)
    expect(ask(other)).not.toBe(flight)
  })

  const codes: Uid2ErrorCode[] = ['timeout', 'network', 'server_error', 'rate_limited', 'bad_response']
  it.each(codes)(
    'never rejects: %s is no answer, and the operator is left in peace for 30 s (U4)',
    async (code) => {
      vi.useFakeTimers()
      const site = await setUp()
      site.operator.answer = fail(new Uid2Error(code, 'canary', { httpStatus: 503, clockSkewMs: 7 }))
      for (let i = 0; i < 3; i++) expect(await site[kind]().promise).toEqual({ status: 'unavailable' })
      expect(asked(site)).toEqual([kind])
      expect(site.events).toEqual([
        { type: `${kind}_failed`, reason: code, httpStatus: 503, clockSkewMs: 7, ms: expect.any(Number) },
      ])
      vi.advanceTimersByTime(29_999)
      expect(await site[kind]().promise).toEqual({ status: 'unavailable' })
      expect(asked(site)).toEqual([kind])
      vi.advanceTimersByTime(1)
      site.operator.answer = async () => undefined
      expect(await site[kind]().promise).toMatchObject({ status: 'success' })
    },
  )

  it('that fails for a reason of the SDK names it', async () => {
    const site = await setUp()
    site.operator.answer = fail(
      new Uid2Error('client_error', 'x', { reason: 'wrong_secret', httpStatus: 400 }),
    )
    await site[kind]().promise
    expect(site.events).toMatchObject([{ type: `${kind}_failed`, reason: 'wrong_secret', httpStatus: 400 }])
  })

  it('that fails for any other reason names none, and nothing of the error (S5)', async () => {
    const site = await setUp()
    site.operator.answer = fail(Object.assign(new TypeError('canary'), { code: 'canary' }))
    expect(await site[kind]().promise).toEqual({ status: 'unavailable' })
    expect(site.events).toEqual([{ type: `${kind}_failed`, reason: 'unexpected', ms: expect.any(Number) }])
  })

  it('is given the time limit', async () => {
    const site = await setUp()
    await site[kind]().promise
    expect(site.operator.calls[0]?.options).toMatchObject({ timeoutMs: 700 })
  })

  it('that hears of an opt-out has it on record before anyone knows the result (U3)', async () => {
    const site = await setUp({ product: 'euid' })
    const record = vi.spyOn(site.store, 'recordOptOut')
    site.operator.answer = async () => ({ status: 'optout' })
    expect(await site[kind]().promise).toEqual({ status: 'optout' })
    expect(record).toHaveBeenCalledWith(site.subject.diiHash, 'euid')
    expect(await site.store.read(site.subject)).toMatchObject({ optedOut: true })
    expect(site.events).toEqual([
      { type: 'opted_out', ms: expect.any(Number) },
      { type: 'recorded', what: 'opt_out' },
    ])
    expect(await site[kind]().promise).toEqual({ status: 'optout' })
    expect(asked(site)).toEqual([kind])
  })

  it('that hears of an opt-out which cannot be recorded says so, and never rejects (U3)', async () => {
    const site = await setUp()
    site.store.recordOptOut = down
    site.operator.answer = async () => ({ status: 'optout' })
    expect(await site[kind]().promise).toEqual({ status: 'optout' })
    expect(site.events[1]).toEqual({ type: 'not_recorded', what: 'opt_out' })
  })
})

describe('a refresh', () => {
  it('has its identity remembered for a minute, for the next request of the reader', async () => {
    vi.useFakeTimers()
    const site = await setUp()
    expect(site.calls.findRefresh(site.identity)).toBeUndefined()
    const result = await site.refresh().promise
    vi.advanceTimersByTime(59_999)
    expect(site.calls.findRefresh(site.identity)?.result).toBe(result)
    vi.advanceTimersByTime(1)
    expect(site.calls.findRefresh(site.identity)).toBeUndefined()
  })

  it('of another refresh token is another call', async () => {
    const site = await setUp()
    await site.refresh().promise
    await site.calls.refresh(site.operator.issue(), site.subject).promise
    expect(asked(site)).toEqual(['refresh', 'refresh'])
  })

  it.each(['expired_token', 'invalid_token'] as const)(
    'whose token is dead (%s) is remembered as that (U2)',
    async (status) => {
      const site = await setUp()
      site.operator.answer = async () => ({ status })
      for (let i = 0; i < 2; i++) expect(await site.refresh().promise).toEqual({ status: 'token_dead' })
      expect(asked(site)).toEqual(['refresh'])
      expect(site.events).toEqual([{ type: 'token_dead', ms: expect.any(Number) }])
    },
  )
})

describe('a generate', () => {
  it('has its identity kept nowhere: who asked for it seals it', async () => {
    const site = await setUp()
    expect(await site.generate().promise).toMatchObject({ status: 'success' })
    expect(site.calls.findGenerate(site.subject)).toBeUndefined()
  })

  it('sends the DII, and the consent string only where there is one', async () => {
    const site = await setUp()
    const send = vi.spyOn(site.operator.client, 'generateToken')
    await site.generate().promise
    await site.generate('CP1').promise
    expect(send.mock.calls.map(([dii]) => dii)).toEqual(Array(2).fill({ email: 'reader@example.com' }))
    expect(send.mock.calls[0]?.[1]).not.toHaveProperty('tcfConsentString')
    expect(send.mock.calls[1]?.[1]).toHaveProperty('tcfConsentString', 'CP1')
  })

  it('of another consent string, or of another DII, is another call', async () => {
    const site = await setUp()
    holdAnswers(site)
    const flight = site.generate('CP1')
    expect(site.generate('CP2')).not.toBe(flight)
    expect(site.generate()).not.toBe(flight)
    const dii = { email: 'other@example.com' }
    expect(site.calls.generate({ ...site.subject, diiHash: 'other' }, dii, 'CP1')).not.toBe(flight)
    expect(site.calls.findGenerate(site.subject, 'CP1')).toBe(flight)
  })

  it('whose consent string does not suffice is remembered for an hour, for that string alone', async () => {
    vi.useFakeTimers()
    const site = await setUp()
    const insufficient = { status: 'insufficient_user_consent' } as const
    site.operator.answer = async () => insufficient
    expect(await site.generate('CP1').promise).toEqual(insufficient)
    expect(site.events).toEqual([{ type: 'consent_refused', ms: expect.any(Number) }])
    vi.advanceTimersByTime(3_599_999)
    expect(await site.generate('CP1').promise).toEqual(insufficient)
    expect(asked(site)).toHaveLength(1)
    site.operator.answer = async () => undefined
    expect(await site.generate('CP2').promise).toMatchObject({ status: 'success' })
    vi.advanceTimersByTime(1)
    expect(await site.generate('CP1').promise).toMatchObject({ status: 'success' })
  })

  const { now } = Date
  it.each<[string, (site: Site) => Promise<unknown>, string, string]>([
    [
      'an opt-out',
      ({ store, subject }) => store.recordOptOut(subject.diiHash, 'uid2'),
      'optout',
      'opted_out',
    ],
    ['a denial', ({ store, subject }) => store.recordChoice(subject, denial), 'not_allowed', 'not_allowed'],
    ['no consent', ({ store, subject }) => store.forget([subject.diiHash]), 'not_allowed', 'not_allowed'],
    [
      'a sign-out',
      ({ store, subject }) => store.endSession(subject.sid, now() + 9999),
      'not_allowed',
      'not_allowed',
    ],
  ])(
    'is not sent once %s is on record, though the caller did not know (U3, U25, N4)',
    async (_, record, status, reason) => {
      const site = await setUp()
      await record(site)
      expect(await site.generate().promise).toEqual({ status })
      expect(asked(site)).toEqual([])
      expect(site.events).toEqual([{ type: 'generate_not_begun', reason }])
    },
  )

  it('that may not be sent is not remembered: a consent a moment later counts', async () => {
    const site = await setUp()
    await site.store.recordChoice(site.subject, denial)
    expect(await site.generate().promise).toEqual({ status: 'not_allowed' })
    expect(site.calls.findGenerate(site.subject)).toBeUndefined()
    await site.store.recordChoice(site.subject, grant)
    expect(await site.generate().promise).toMatchObject({ status: 'success' })
  })

  it('is not sent while the store is down: an opt-out could be missed', async () => {
    const site = await setUp()
    site.store.withSharedLock = down
    expect(await site.generate().promise).toEqual({ status: 'not_allowed' })
    expect(asked(site)).toEqual([])
    expect(site.events).toEqual([{ type: 'generate_not_begun', reason: 'store' }])
  })
})
