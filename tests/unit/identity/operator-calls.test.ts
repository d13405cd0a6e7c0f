import { afterEach, describe, expect, it, vi } from 'vitest'
import { Uid2Error, type Uid2ErrorCode } from '#lib/uid2/index.ts'
import { denial, down, grant, kindsOf } from '../../support/core.ts'
import { fail, holdAnswers, type Site, setUp } from './calls.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe.each(['generate', 'refresh'] as const)('a %s', (kind) => {
  it('is one call for all parallel requests (N3)', async () => {
    const site = await setUp()
    const answer = holdAnswers(site)
    const calls = Array.from({ length: 20 }, () => site[kind]())
    await vi.waitFor(() => expect(kindsOf(site)).toEqual([kind]))
    expect(site[kind]()).toBe(calls[0])
    answer()
    const results = await Promise.all(calls.map(({ promise }) => promise))
    expect(new Set(results).size).toBe(1)
    expect(results[0]).toMatchObject({ status: 'success', identity: { refresh_from: expect.any(Number) } })
    expect(kindsOf(site)).toEqual([kind])
    expect(site.events).toEqual([
      { type: kind === 'generate' ? 'generated' : 'refreshed', ms: expect.any(Number) },
    ])
  })

  it('is shared by all module instances of a process for one site, and not with other sites', async () => {
    const site = await setUp({ name: 'shared' })
    const beside = await setUp({ name: 'shared' })
    const other = await setUp({ name: 'another' })
    holdAnswers(site)
    const call = site[kind]()
    const start = ({ calls }: Site) =>
      kind === 'refresh'
        ? calls.refresh(site.identity, site.subject)
        : calls.generate(site.subject, { email: 'reader@example.com' })
    expect(start(beside)).toBe(call)
    expect(start(other)).not.toBe(call)
  })

  const codes: Uid2ErrorCode[] = ['timeout', 'network', 'server_error', 'rate_limited', 'bad_response']
  it.each(codes)(
    'never rejects: %s is no answer, and the operator is not called for 30 s (U4)',
    async (code) => {
      vi.useFakeTimers()
      const site = await setUp()
      site.operator.answer = fail(new Uid2Error(code, 'canary', { httpStatus: 503, clockSkewMs: 7 }))
      for (let i = 0; i < 3; i++) expect(await site[kind]().promise).toEqual({ status: 'unavailable' })
      expect(kindsOf(site)).toEqual([kind])
      expect(site.events).toEqual([
        { type: `${kind}_failed`, reason: code, httpStatus: 503, clockSkewMs: 7, ms: expect.any(Number) },
      ])
      vi.advanceTimersByTime(29_999)
      expect(await site[kind]().promise).toEqual({ status: 'unavailable' })
      expect(kindsOf(site)).toEqual([kind])
      vi.advanceTimersByTime(1)
      site.operator.answer = async () => undefined
      expect(await site[kind]().promise).toMatchObject({ status: 'success' })
    },
  )

  it('reports the SDK’s reason of a failure', async () => {
    const site = await setUp()
    site.operator.answer = fail(
      new Uid2Error('client_error', 'x', { reason: 'wrong_secret', httpStatus: 400 }),
    )
    await site[kind]().promise
    expect(site.events).toMatchObject([{ type: `${kind}_failed`, reason: 'wrong_secret', httpStatus: 400 }])
  })

  it('reports any other failure as unexpected, with nothing of the error (S5)', async () => {
    const site = await setUp()
    site.operator.answer = fail(Object.assign(new TypeError('canary'), { code: 'canary' }))
    expect(await site[kind]().promise).toEqual({ status: 'unavailable' })
    expect(site.events).toEqual([{ type: `${kind}_failed`, reason: 'unexpected', ms: expect.any(Number) }])
  })

  it('has the time limit', async () => {
    const site = await setUp()
    await site[kind]().promise
    expect(site.operator.calls[0]?.options).toMatchObject({ timeoutMs: 700 })
  })

  it('records an opt-out before any caller has the result (U3)', async () => {
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
    expect(kindsOf(site)).toEqual([kind])
  })

  it('reports an opt-out that cannot be recorded, and does not reject (U3)', async () => {
    const site = await setUp()
    site.store.recordOptOut = down
    site.operator.answer = async () => ({ status: 'optout' })
    expect(await site[kind]().promise).toEqual({ status: 'optout' })
    expect(site.events[1]).toEqual({ type: 'not_recorded', what: 'opt_out' })
  })
})

describe('a refresh', () => {
  it('is remembered for a minute, for the next request of the reader', async () => {
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
    expect(kindsOf(site)).toEqual(['refresh', 'refresh'])
  })

  it.each(['expired_token', 'invalid_token'] as const)(
    'with a dead token is remembered as that: %s (U2)',
    async (status) => {
      const site = await setUp()
      site.operator.answer = async () => ({ status })
      for (let i = 0; i < 2; i++) expect(await site.refresh().promise).toEqual({ status: 'token_dead' })
      expect(kindsOf(site)).toEqual(['refresh'])
      expect(site.events).toEqual([{ type: 'token_dead', ms: expect.any(Number) }])
    },
  )
})

describe('a generate', () => {
  it('is not remembered: the request that made it seals the identity', async () => {
    const site = await setUp()
    expect(await site.generate().promise).toMatchObject({ status: 'success' })
    expect(site.calls.findGenerate(site.subject)).toBeUndefined()
  })

  it('sends the DII, and the consent string only when there is one', async () => {
    const site = await setUp()
    const send = vi.spyOn(site.operator.client, 'generateToken')
    await site.generate().promise
    await site.generate('CP1').promise
    expect(send.mock.calls.map(([dii]) => dii)).toEqual(Array(2).fill({ email: 'reader@example.com' }))
    expect(send.mock.calls[0]?.[1]).not.toHaveProperty('tcfConsentString')
    expect(send.mock.calls[1]?.[1]).toHaveProperty('tcfConsentString', 'CP1')
  })

  it('with another consent string, or of another DII, is another call', async () => {
    const site = await setUp()
    holdAnswers(site)
    const call = site.generate('CP1')
    expect(site.generate('CP2')).not.toBe(call)
    expect(site.generate()).not.toBe(call)
    const dii = { email: 'other@example.com' }
    expect(site.calls.generate({ ...site.subject, diiHash: 'other' }, dii, 'CP1')).not.toBe(call)
    expect(site.calls.findGenerate(site.subject, 'CP1')).toBe(call)
  })

  it('with an insufficient consent string is remembered for an hour, for this string only', async () => {
    vi.useFakeTimers()
    const site = await setUp()
    const insufficient = { status: 'insufficient_user_consent' } as const
    site.operator.answer = async () => insufficient
    expect(await site.generate('CP1').promise).toEqual(insufficient)
    expect(site.events).toEqual([{ type: 'consent_refused', ms: expect.any(Number) }])
    vi.advanceTimersByTime(3_599_999)
    expect(await site.generate('CP1').promise).toEqual(insufficient)
    expect(kindsOf(site)).toHaveLength(1)
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
    'is not sent after %s was recorded, even by an older request (U3, U25, N4)',
    async (_, record, status, reason) => {
      const site = await setUp()
      await record(site)
      expect(await site.generate().promise).toEqual({ status })
      expect(kindsOf(site)).toEqual([])
      expect(site.events).toEqual([{ type: 'generate_not_begun', reason }])
    },
  )

  it('that is not allowed is not remembered: a later consent counts at once', async () => {
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
    expect(kindsOf(site)).toEqual([])
    expect(site.events).toEqual([{ type: 'generate_not_begun', reason: 'store' }])
  })
})
