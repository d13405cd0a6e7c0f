import { describe, expect, it, vi } from 'vitest'
import { denial, grant, kindsOf, minute, noAnswer, siteInMemory, siteWithToken } from '../../support/core.ts'

const optOut = async () => ({ status: 'optout' }) as const

describe('a reader who consented', () => {
  it('gets a token by POST, sealed in the cookie, which GET reads without a call', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    expect((await site.get()).identity).toMatchObject({ status: 'refreshing' })
    const { identity } = await site.post()
    expect(identity).toMatchObject({ status: 'available', source: 'uidapi.com' })
    expect((await site.get()).identity).toEqual(identity)
    expect(kindsOf(site)).toEqual(['generate'])
  })

  it('causes one generate for 50 parallel requests', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    let answer = () => {}
    site.operator.answer = () =>
      new Promise((done) => {
        answer = () => done(undefined)
      })
    const pending = Array.from({ length: 50 }, () => site.post())
    await vi.waitFor(() => expect(kindsOf(site)).toEqual(['generate']))
    // By now all requests have joined the call.
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
    answer()
    const updates = await Promise.all(pending)
    expect(kindsOf(site)).toEqual(['generate'])
    expect(new Set(updates.map(({ identity }) => JSON.stringify(identity))).size).toBe(1)
  })

  it('without a token is refreshing for pages and the proxy, which never generate', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    expect(await site.identity.read(site.request())).toMatchObject({ status: 'refreshing' })
    await site.update(site.request(), 'proxy')
    expect(kindsOf(site)).toEqual([])
  })
})

describe('a due token', () => {
  it('is refreshed once for 50 parallel page requests, and none of them waits', async () => {
    const site = await siteWithToken()
    let answer = () => {}
    site.operator.answer = () =>
      new Promise((done) => {
        answer = () => done(undefined)
      })
    const before = (await site.get()).identity
    site.clock.now += 11 * minute
    const updates = await Promise.all(Array.from({ length: 50 }, () => site.update(site.request(), 'proxy')))
    expect(kindsOf(site)).toEqual(['refresh'])
    for (const { identity, cookie, background } of updates) {
      expect(identity).toMatchObject({ ...before, now: site.clock.now })
      expect(cookie).toBe('keep')
      expect(background).toBeInstanceOf(Promise)
    }
    answer()
    await updates[0]?.background
    const next = await site.update(site.request(), 'proxy')
    expect(next.cookie).toHaveProperty('set')
    expect(next.identity).not.toHaveProperty(
      'advertisingToken',
      (before as { advertisingToken: string }).advertisingToken,
    )
    expect(kindsOf(site)).toEqual(['refresh'])
  })

  it('is awaited by POST', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    expect((await site.post()).cookie).toHaveProperty('set')
  })

  it('stays in use without an answer, and the operator is not called again for a while', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    site.operator.answer = noAnswer
    for (const send of [site.post, site.post, site.get])
      expect((await send()).identity).toMatchObject({ status: 'available' })
    expect(kindsOf(site)).toEqual(['refresh'])
  })

  it('that has expired without an answer is unavailable, and its cookie stays', async () => {
    const site = await siteWithToken()
    site.clock.now += 61 * minute
    site.operator.answer = noAnswer
    expect(await site.post()).toMatchObject({
      identity: { status: 'unavailable', reason: 'operator' },
      cookie: 'keep',
    })
  })

  it.each(['expired_token', 'invalid_token'] as const)(
    'with a dead refresh token (%s) is generated again by POST',
    async (status) => {
      const site = await siteWithToken()
      site.clock.now += 61 * minute
      site.operator.answer = async (kind) => (kind === 'refresh' ? { status } : undefined)
      expect((await site.post()).identity).toMatchObject({ status: 'available' })
      expect(kindsOf(site)).toEqual(['refresh', 'generate'])
    },
  )

  it('that can no longer be refreshed is generated again by POST, without a refresh', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    site.operator.answer = async () => {
      const identity = site.operator.issue({ refreshable: 2 * 60 * minute })
      return { status: 'success', identity, identityJson: '' }
    }
    await site.post()
    site.clock.now += 121 * minute
    expect((await site.get()).identity).toMatchObject({ status: 'refreshing' })
    expect((await site.post()).identity).toMatchObject({ status: 'available' })
    expect(kindsOf(site)).toEqual(['generate', 'generate'])
  })
})

describe('an opt-out from the operator', () => {
  it.each(['generate', 'refresh'] as const)(
    'by %s is recorded, ends the token, and prevents further calls',
    async (on) => {
      const site = on === 'refresh' ? await siteWithToken() : await siteInMemory()
      await site.store.recordChoice(site.subject, grant)
      site.clock.now += 11 * minute
      site.operator.answer = optOut
      expect(await site.post()).toMatchObject({ identity: { status: 'opted_out' } })
      expect(site.jar.has(site.identity.cookie.name)).toBe(false)
      await site.store.recordChoice(site.subject, grant)
      expect((await site.post()).identity).toMatchObject({ status: 'opted_out' })
      expect(kindsOf(site)).toEqual([on])
      expect(site.events).toContainEqual({ type: 'recorded', what: 'opt_out' })
    },
  )

  it('ends the token in this answer even if it cannot be recorded', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    site.operator.answer = optOut
    site.store.recordOptOut = async () => Promise.reject(new Error('down'))
    expect((await site.post()).cookie).toBe('clear')
    expect(site.events).toContainEqual({ type: 'not_recorded', what: 'opt_out' })
  })
})

describe('a decision during a call', () => {
  const during = async (change: (site: Awaited<ReturnType<typeof siteInMemory>>) => Promise<unknown>) => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    site.operator.answer = async () => {
      await change(site)
      return undefined
    }
    return { site, update: await site.post() }
  }

  it('a denial prevails over the answer', async () => {
    const { update } = await during(({ store, subject }) => store.recordChoice(subject, denial))
    expect(update).toMatchObject({ identity: { status: 'denied' }, cookie: 'clear' })
  })

  it('a sign-out prevails over the answer', async () => {
    const { update } = await during(({ store, reader }) => store.endSession(reader.sid, reader.sessionEnds))
    expect(update).toMatchObject({ identity: { status: 'signed_out' }, cookie: 'clear' })
  })

  it('an opt-out that another instance received prevails over the answer', async () => {
    const { update } = await during(({ store, subject }) => store.recordOptOut(subject.diiHash, 'uid2'))
    expect(update).toMatchObject({ identity: { status: 'opted_out' }, cookie: 'clear' })
  })

  it('a denial and another consent leave no token of the first consent', async () => {
    const { update } = await during(async ({ store, subject }) => {
      await store.recordChoice(subject, denial)
      await store.recordChoice(subject, grant)
    })
    expect(update).toMatchObject({ identity: { status: 'refreshing' }, cookie: 'clear' })
  })
})

describe('a store that cannot be read', () => {
  it('gives no token, makes no call, and keeps the cookie', async () => {
    const site = await siteWithToken()
    site.store.read = async () => Promise.reject(new Error('down'))
    expect(await site.post()).toMatchObject({
      identity: { status: 'unavailable', reason: 'store' },
      cookie: 'keep',
    })
    expect(kindsOf(site)).toEqual([])
  })

  it('prevents a generate when it fails right before it', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    site.store.withSharedLock = async () => Promise.reject(new Error('down'))
    expect((await site.post()).identity).toMatchObject({ status: 'refreshing' })
    expect(site.events).toContainEqual({ type: 'generate_not_begun', reason: 'store' })
  })
})

describe('the identity of another reader', () => {
  it.each([
    [
      'another account',
      (reader: { sub: string }) => {
        reader.sub = 'test:b'
      },
    ],
    [
      'another session',
      (reader: { sid: string }) => {
        reader.sid = 'sid-b'
      },
    ],
  ])('of %s is ignored, and its cookie is deleted', async (_, change) => {
    const site = await siteWithToken()
    change(site.reader)
    const update = await site.update(site.request(), 'proxy')
    expect(update.identity).not.toHaveProperty('advertisingToken')
    expect(update.cookie).toBe('clear')
  })
})

describe('a recheck', () => {
  it('refreshes a token that is not due', async () => {
    const site = await siteWithToken()
    await site.post({ recheck: true })
    expect(kindsOf(site)).toEqual(['refresh'])
  })

  it('without an answer gives no token and keeps the cookie; the next one makes no call', async () => {
    const site = await siteWithToken()
    site.operator.answer = noAnswer
    for (let i = 0; i < 2; i++)
      expect(await site.post({ recheck: true })).toMatchObject({
        identity: { status: 'unavailable', reason: 'operator' },
        cookie: 'keep',
      })
    expect(kindsOf(site)).toEqual(['refresh'])
  })
})
