import { describe, expect, it, vi } from 'vitest'
import { Uid2Error } from '#lib/uid2/index.ts'
import { denial, grant, minute, siteInMemory, siteWithToken } from '../../support/core.ts'

const kinds = (site: { operator: { calls: { kind: string }[] } }) =>
  site.operator.calls.map(({ kind }) => kind)
const optOut = async () => ({ status: 'optout' }) as const
const noAnswer = async () => {
  throw new Uid2Error('timeout', 'no answer')
}

describe('a reader who consented', () => {
  it('gets a token by POST, sealed in the cookie, which GET then reads without a call', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    expect((await site.get()).identity).toMatchObject({ status: 'refreshing' })
    const { identity } = await site.post()
    expect(identity).toMatchObject({ status: 'available', source: 'uidapi.com' })
    expect((await site.get()).identity).toEqual(identity)
    expect(kinds(site)).toEqual(['generate'])
  })

  it('costs one generate for 50 parallel requests', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    let answer = () => {}
    site.operator.answer = () =>
      new Promise((done) => {
        answer = () => done(undefined)
      })
    const asking = Array.from({ length: 50 }, () => site.post())
    await vi.waitFor(() => expect(kinds(site)).toEqual(['generate']))
    // The others have long joined it.
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate)
    answer()
    const updates = await Promise.all(asking)
    expect(kinds(site)).toEqual(['generate'])
    expect(new Set(updates.map(({ identity }) => JSON.stringify(identity))).size).toBe(1)
  })

  it('without a token is read as refreshing by the page and the proxy, which never generate', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    expect(await site.identity.read(site.request())).toMatchObject({ status: 'refreshing' })
    await site.update(site.request(), 'proxy')
    expect(kinds(site)).toEqual([])
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
    expect(kinds(site)).toEqual(['refresh'])
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
    expect(kinds(site)).toEqual(['refresh'])
  })

  it('is waited for by POST', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    expect((await site.post()).cookie).toHaveProperty('set')
  })

  it('stays when the operator does not answer, and the operator is not asked again for a while', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    site.operator.answer = noAnswer
    for (const ask of [site.post, site.post, site.get])
      expect((await ask()).identity).toMatchObject({ status: 'available' })
    expect(kinds(site)).toEqual(['refresh'])
  })

  it('once expired, without an answer, is unavailable, and the cookie stays', async () => {
    const site = await siteWithToken()
    site.clock.now += 61 * minute
    site.operator.answer = noAnswer
    expect(await site.post()).toMatchObject({
      identity: { status: 'unavailable', reason: 'operator' },
      cookie: 'keep',
    })
  })

  it.each(['expired_token', 'invalid_token'] as const)(
    'whose refresh token is dead (%s) is generated anew by POST',
    async (status) => {
      const site = await siteWithToken()
      site.clock.now += 61 * minute
      site.operator.answer = async (kind) => (kind === 'refresh' ? { status } : undefined)
      expect((await site.post()).identity).toMatchObject({ status: 'available' })
      expect(kinds(site)).toEqual(['refresh', 'generate'])
    },
  )

  it('that cannot be refreshed any more is generated again by POST without a refresh', async () => {
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
    expect(kinds(site)).toEqual(['generate', 'generate'])
  })
})

describe('an opt-out that the operator tells of', () => {
  it.each(['generate', 'refresh'] as const)(
    'by %s is recorded, ends the token and is never asked about again',
    async (on) => {
      const site = on === 'refresh' ? await siteWithToken() : await siteInMemory()
      await site.store.recordChoice(site.subject, grant)
      site.clock.now += 11 * minute
      site.operator.answer = optOut
      expect(await site.post()).toMatchObject({ identity: { status: 'opted_out' } })
      expect(site.jar.has(site.identity.cookie.name)).toBe(false)
      await site.store.recordChoice(site.subject, grant)
      expect((await site.post()).identity).toMatchObject({ status: 'opted_out' })
      expect(kinds(site)).toEqual([on])
      expect(site.events).toContainEqual({ type: 'recorded', what: 'opt_out' })
    },
  )

  it('that cannot be recorded ends the token in this answer all the same', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    site.operator.answer = optOut
    site.store.recordOptOut = async () => Promise.reject(new Error('down'))
    expect((await site.post()).cookie).toBe('clear')
    expect(site.events).toContainEqual({ type: 'not_recorded', what: 'opt_out' })
  })
})

describe('what a reader decides while a call is under way', () => {
  const during = async (change: (site: Awaited<ReturnType<typeof siteInMemory>>) => Promise<unknown>) => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    site.operator.answer = async () => {
      await change(site)
      return undefined
    }
    return { site, update: await site.post() }
  }

  it('a denial wins over the answer', async () => {
    const { update } = await during(({ store, subject }) => store.recordChoice(subject, denial))
    expect(update).toMatchObject({ identity: { status: 'denied' }, cookie: 'clear' })
  })

  it('a sign-out wins over the answer', async () => {
    const { update } = await during(({ store, reader }) => store.endSession(reader.sid, reader.sessionEnds))
    expect(update).toMatchObject({ identity: { status: 'signed_out' }, cookie: 'clear' })
  })

  it('an opt-out that another instance received wins over the response', async () => {
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
  it('gives out no token, makes no call, and keeps the cookie', async () => {
    const site = await siteWithToken()
    site.store.read = async () => Promise.reject(new Error('down'))
    expect(await site.post()).toMatchObject({
      identity: { status: 'unavailable', reason: 'store' },
      cookie: 'keep',
    })
    expect(kinds(site)).toEqual([])
  })

  it('begins no generate when it fails right before it', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    site.store.withSharedLock = async () => Promise.reject(new Error('down'))
    expect((await site.post()).identity).toMatchObject({ status: 'refreshing' })
    expect(site.events).toContainEqual({ type: 'generate_not_begun', reason: 'store' })
  })
})

describe('an identity of others', () => {
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
  ])('of %s counts as none, and its cookie goes', async (_, change) => {
    const site = await siteWithToken()
    change(site.reader)
    const update = await site.update(site.request(), 'proxy')
    expect(update.identity).not.toHaveProperty('advertisingToken')
    expect(update.cookie).toBe('clear')
  })
})

describe('a recheck', () => {
  it('refreshes what is not due', async () => {
    const site = await siteWithToken()
    await site.post({ recheck: true })
    expect(kinds(site)).toEqual(['refresh'])
  })

  it('without an answer hands out nothing, and leaves the cookie; the next recheck makes no call', async () => {
    const site = await siteWithToken()
    site.operator.answer = noAnswer
    for (let i = 0; i < 2; i++)
      expect(await site.post({ recheck: true })).toMatchObject({
        identity: { status: 'unavailable', reason: 'operator' },
        cookie: 'keep',
      })
    expect(kinds(site)).toEqual(['refresh'])
  })
})
