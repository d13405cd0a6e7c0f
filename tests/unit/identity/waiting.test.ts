import { describe, expect, it } from 'vitest'
import type { Policy } from '#lib/identity/types.ts'
import { down, grant, kindsOf, minute, noAnswer, siteInMemory, siteWithToken } from '../../support/core.ts'

type Site = Awaited<ReturnType<typeof siteInMemory>>
const never = () => new Promise<undefined>(() => {})
const proxy = (site: Site) => site.update(site.request(), 'proxy')

describe('the wait for a refresh', () => {
  const later = async (minutes: number, options = {}) => {
    const site = await siteWithToken(options)
    site.clock.now += minutes * minute
    return site
  }

  it('a page does not wait, even with an expired token', async () => {
    const site = await later(61)
    const { identity, cookie, background } = await proxy(site)
    expect(identity.status).toBe('refreshing')
    expect(cookie).toBe('keep')
    expect(background).toBeInstanceOf(Promise)
  })

  it('a page waits as long as is set, while its token is valid', async () => {
    const site = await later(11, { pageWaitMs: 10_000 })
    const { cookie, background } = await proxy(site)
    expect(cookie).toHaveProperty('set')
    expect(background).toBeUndefined()
  })

  it('GET does not wait while its token is valid', async () => {
    const site = await later(11)
    const { identity, cookie, background } = await site.get()
    expect(identity.status).toBe('available')
    expect(cookie).toBe('keep')
    expect(background).toBeInstanceOf(Promise)
  })

  it('GET waits as long as the setting for pages, while its token is valid', async () => {
    const site = await later(11, { pageWaitMs: 10_000 })
    const { cookie } = await site.get()
    expect(cookie).toHaveProperty('set')
  })

  it('GET waits once its token has expired', async () => {
    const site = await later(61)
    const { identity, cookie } = await site.get()
    expect(identity.status).toBe('available')
    expect(cookie).toHaveProperty('set')
  })

  it.each(['get', 'post'] as const)(
    '%s waits no longer than the time limit, and the refresh goes on',
    async (method) => {
      const site = await later(61, { timeoutMs: 5 })
      site.operator.answer = never
      const { identity, cookie, background } = await site[method]()
      expect(identity.status).toBe('refreshing')
      expect(cookie).toBe('keep')
      expect(background).toBeInstanceOf(Promise)
    },
  )

  it('a recheck waits as long; without an answer by then it is unavailable', async () => {
    const site = await later(0, { timeoutMs: 5 })
    site.operator.answer = never
    const { identity, cookie } = await site.post({ recheck: true })
    expect(identity).toMatchObject({ status: 'unavailable', reason: 'operator' })
    expect(cookie).toBe('keep')
  })
})

describe('the result of a refresh', () => {
  it('does not replace a token that lives longer', async () => {
    const site = await siteWithToken()
    const before = (await site.get()).identity
    site.operator.answer = async () => {
      const identity = site.operator.issue({ expires: 5 * minute })
      return { status: 'success', identity, identityJson: '' }
    }
    expect(await site.post({ recheck: true })).toMatchObject({ identity: before, cookie: 'keep' })
  })

  it('that failed is unavailable for pages, which only read', async () => {
    const site = await siteWithToken()
    site.clock.now += 61 * minute
    site.operator.answer = noAnswer
    await site.get()
    expect(await site.identity.read(site.request())).toMatchObject({
      status: 'unavailable',
      reason: 'operator',
    })
  })

  it('is used by a request with the earlier cookie, though nothing is due', async () => {
    const site = await siteWithToken()
    const before = site.jar.get(site.identity.cookie.name) ?? ''
    site.clock.now += 1
    const { identity } = await site.post({ recheck: true })
    site.jar.set(site.identity.cookie.name, before)
    const later = await site.get()
    expect(later.identity).toEqual(identity)
    expect(later.cookie).toHaveProperty('set')
    expect(kindsOf(site)).toEqual(['refresh'])
  })

  it('clears the cookie when the refresh token is dead and nothing may be generated', async () => {
    const site = await siteWithToken()
    site.clock.now += 61 * minute
    site.operator.answer = async () => ({ status: 'expired_token' })
    expect(await site.get()).toMatchObject({ identity: { status: 'refreshing' }, cookie: 'clear' })
    expect(kindsOf(site)).toEqual(['refresh'])
  })

  it('is not given out when the store goes down meanwhile, and the cookie stays', async () => {
    const site = await siteWithToken()
    site.clock.now += 11 * minute
    site.operator.answer = async () => {
      site.store.read = down
      return undefined
    }
    expect(await site.post()).toMatchObject({
      identity: { status: 'unavailable', reason: 'store' },
      cookie: 'keep',
    })
  })
})

describe('a generate', () => {
  /** Signals of a consent platform, which are passed on. */
  const signals = { tcf: 'CP1', gpp: 'DBAA' }
  const withString: Policy = { name: 'test', check: () => null, passesOn: () => signals }
  const consented = async () => {
    const site = await siteInMemory({ policies: [withString] })
    await site.store.recordChoice(site.subject, grant)
    return site
  }

  it('sends the TCF string with the DII, and returns all signals with the token', async () => {
    const site = await consented()
    expect((await site.post()).identity).toMatchObject({ status: 'available', consent: signals })
    expect(site.operator.calls[0]?.options).toHaveProperty('tcfConsentString', 'CP1')
  })

  it('without an answer is unavailable for every later request', async () => {
    const site = await consented()
    site.operator.answer = noAnswer
    const unavailable = { status: 'unavailable', reason: 'operator' }
    expect((await site.post()).identity).toMatchObject(unavailable)
    expect((await site.get()).identity).toMatchObject(unavailable)
    expect(await site.identity.read(site.request())).toMatchObject(unavailable)
  })

  it('with an insufficient consent string is unsupported, and not repeated', async () => {
    const site = await consented()
    site.operator.answer = async () => ({ status: 'insufficient_user_consent' })
    const unsupported = { status: 'unsupported', reason: 'consent' }
    expect((await site.post()).identity).toMatchObject(unsupported)
    expect((await site.post()).identity).toMatchObject(unsupported)
    expect(kindsOf(site)).toEqual(['generate'])
  })

  it('is not started by a denial, whatever is recorded', async () => {
    const site = await consented()
    await site.identity.deny(site.request(), grant, { record: false })
    expect(kindsOf(site)).toEqual([])
  })
})

describe('the identity of another account', () => {
  it('is deleted even while the store cannot be read', async () => {
    const site = await siteWithToken()
    site.store.read = down
    expect((await proxy(site)).cookie).toBe('keep')
    site.reader.sub = 'test:b'
    expect((await proxy(site)).cookie).toBe('clear')
  })
})

describe('an identity that may no longer be used', () => {
  it('is deleted on the next request, even without a new decision', async () => {
    const site = await siteWithToken()
    await site.store.recordOptOut(site.subject.diiHash, 'uid2')
    expect(await proxy(site)).toMatchObject({ identity: { status: 'opted_out' }, cookie: 'clear' })
  })
})
