import { describe, expect, it } from 'vitest'
import type { Policy } from '#lib/identity/types.ts'
import { Uid2Error } from '#lib/uid2/index.ts'
import { grant, minute, siteInMemory, siteWithToken } from '../../support/core.ts'

type Site = Awaited<ReturnType<typeof siteInMemory>>
const kinds = ({ operator }: Site) => operator.calls.map(({ kind }) => kind)
const noAnswer = async () => Promise.reject(new Uid2Error('timeout', 'no answer'))
const never = () => new Promise<undefined>(() => {})
const proxy = (site: Site) => site.update(site.request(), 'proxy')
const down = async () => Promise.reject(new Error('down'))

describe('how long a surface waits for a refresh', () => {
  const later = async (minutes: number, options = {}) => {
    const site = await siteWithToken(options)
    site.clock.now += minutes * minute
    return site
  }

  it('a page: not at all, also with an expired token', async () => {
    const site = await later(61)
    const { identity, cookie, background } = await proxy(site)
    expect(identity.status).toBe('refreshing')
    expect(cookie).toBe('keep')
    expect(background).toBeInstanceOf(Promise)
  })

  it('a page: for as long as is set, while its token is still valid', async () => {
    const site = await later(11, { pageWaitMs: 10_000 })
    const { cookie, background } = await proxy(site)
    expect(cookie).toHaveProperty('set')
    expect(background).toBeUndefined()
  })

  it('GET: not while its token is valid', async () => {
    const site = await later(11)
    const { identity, cookie, background } = await site.get()
    expect(identity.status).toBe('available')
    expect(cookie).toBe('keep')
    expect(background).toBeInstanceOf(Promise)
  })

  it('GET: once its token has expired', async () => {
    const site = await later(61)
    const { identity, cookie } = await site.get()
    expect(identity.status).toBe('available')
    expect(cookie).toHaveProperty('set')
  })

  it.each(['get', 'post'] as const)(
    '%s: no longer than the time limit, and the refresh goes on',
    async (ask) => {
      const site = await later(61, { timeoutMs: 5 })
      site.operator.answer = never
      const { identity, cookie, background } = await site[ask]()
      expect(identity.status).toBe('refreshing')
      expect(cookie).toBe('keep')
      expect(background).toBeInstanceOf(Promise)
    },
  )

  it('a recheck: as long, and an operator that has not answered by then confirmed nothing', async () => {
    const site = await later(0, { timeoutMs: 5 })
    site.operator.answer = never
    const { identity, cookie } = await site.post({ recheck: true })
    expect(identity).toMatchObject({ status: 'unavailable', reason: 'operator' })
    expect(cookie).toBe('keep')
  })
})

describe('what a refresh brought', () => {
  it('never replaces a token that lives longer', async () => {
    const site = await siteWithToken()
    const before = (await site.get()).identity
    site.operator.answer = async () => {
      const identity = site.operator.issue({ expires: 5 * minute })
      return { status: 'success', identity, identityJson: '' }
    }
    expect(await site.post({ recheck: true })).toMatchObject({ identity: before, cookie: 'keep' })
  })

  it('that failed is shown by pages that only read: unavailable', async () => {
    const site = await siteWithToken()
    site.clock.now += 61 * minute
    site.operator.answer = noAnswer
    await site.get()
    expect(await site.identity.read(site.request())).toMatchObject({
      status: 'unavailable',
      reason: 'operator',
    })
  })

  it('is taken over by a request with the earlier cookie, though nothing is due', async () => {
    const site = await siteWithToken()
    const before = site.jar.get(site.identity.cookie.name) ?? ''
    site.clock.now += 1
    const { identity } = await site.post({ recheck: true })
    site.jar.set(site.identity.cookie.name, before)
    const later = await site.get()
    expect(later.identity).toEqual(identity)
    expect(later.cookie).toHaveProperty('set')
    expect(kinds(site)).toEqual(['refresh'])
  })

  it('when the refresh token is dead clears the cookie where nothing may be generated', async () => {
    const site = await siteWithToken()
    site.clock.now += 61 * minute
    site.operator.answer = async () => ({ status: 'expired_token' })
    expect(await site.get()).toMatchObject({ identity: { status: 'refreshing' }, cookie: 'clear' })
    expect(kinds(site)).toEqual(['refresh'])
  })

  it('while the store went down is not handed out, and the cookie stays', async () => {
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
  /** What a consent platform said goes along. */
  const signals = { tcf: 'CP1', gpp: 'DBAA' }
  const withString: Policy = { name: 'test', check: () => null, passesOn: () => signals }
  const consented = async () => {
    const site = await siteInMemory({ policies: [withString] })
    await site.store.recordChoice(site.subject, grant)
    return site
  }

  it('sends the TCF string with the DII, and hands out all signals with the token', async () => {
    const site = await consented()
    expect((await site.post()).identity).toMatchObject({ status: 'available', consent: signals })
    expect(site.operator.calls[0]?.options).toHaveProperty('tcfConsentString', 'CP1')
  })

  it('without a response is unavailable, for every caller after it', async () => {
    const site = await consented()
    site.operator.answer = noAnswer
    const unavailable = { status: 'unavailable', reason: 'operator' }
    expect((await site.post()).identity).toMatchObject(unavailable)
    expect((await site.get()).identity).toMatchObject(unavailable)
    expect(await site.identity.read(site.request())).toMatchObject(unavailable)
  })

  it('whose consent string does not suffice is unsupported, and is not asked again', async () => {
    const site = await consented()
    site.operator.answer = async () => ({ status: 'insufficient_user_consent' })
    const unsupported = { status: 'unsupported', reason: 'consent' }
    expect((await site.post()).identity).toMatchObject(unsupported)
    expect((await site.post()).identity).toMatchObject(unsupported)
    expect(kinds(site)).toEqual(['generate'])
  })

  it('is not begun by a denial, whatever is on record', async () => {
    const site = await consented()
    await site.identity.deny(site.request(), grant, { record: false })
    expect(kinds(site)).toEqual([])
  })
})

describe('the identity of another account', () => {
  it('is deleted also while the store cannot be read', async () => {
    const site = await siteWithToken()
    site.store.read = down
    expect((await proxy(site)).cookie).toBe('keep')
    site.reader.sub = 'test:b'
    expect((await proxy(site)).cookie).toBe('clear')
  })
})

describe('an identity that may no longer be used', () => {
  it('is deleted on the next request, though nothing was decided', async () => {
    const site = await siteWithToken()
    await site.store.recordOptOut(site.subject.diiHash, 'uid2')
    expect(await proxy(site)).toMatchObject({ identity: { status: 'opted_out' }, cookie: 'clear' })
  })
})
