import { describe, expect, it } from 'vitest'
import { consent, denial, down, siteInMemory, siteWithToken } from '../../support/core.ts'

const rejected = async () => Promise.reject(Object.assign(new Error('too long'), { code: 'rejected_write' }))

describe('a consent', () => {
  it('is recorded before the operator is called, and its answer contains the token', async () => {
    const site = await siteInMemory()
    site.operator.answer = async () => {
      expect((await site.store.read(site.subject)).choice).toBe('granted')
      return undefined
    }
    const result = await site.identity.grant(site.request(), consent)
    expect(result).toMatchObject({ status: 'done', update: { identity: { status: 'available' } } })
    expect(result).toHaveProperty('update.cookie.set')
    expect(site.events[0]).toEqual({ type: 'recorded', what: 'granted' })
  })

  it('without a reader is signed_out, and not recorded', async () => {
    const site = await siteInMemory()
    site.jar.delete('session')
    expect(await site.identity.grant(site.request(), consent)).toEqual({ status: 'signed_out' })
    expect(site.events).toEqual([])
  })

  it('that the store cannot hold is rejected', async () => {
    const site = await siteInMemory()
    site.store.recordChoice = rejected
    expect(await site.identity.grant(site.request(), consent)).toEqual({ status: 'rejected' })
  })

  it('that cannot be recorded makes no call, and keeps the cookie', async () => {
    const site = await siteInMemory()
    site.store.recordChoice = down
    expect(await site.identity.grant(site.request(), consent)).toEqual({
      status: 'done',
      update: {
        identity: { status: 'unavailable', reason: 'store', now: site.clock.now },
        cookie: 'keep',
        background: undefined,
      },
    })
    expect(site.operator.calls).toEqual([])
    expect(site.events).toEqual([{ type: 'not_recorded', what: 'granted' }])
  })

  it('by a reader without usable DII records nothing', async () => {
    const site = await siteInMemory()
    site.reader.dii = 'unverified'
    const result = await site.identity.grant(site.request(), consent)
    expect(result).toMatchObject({ update: { identity: { status: 'unsupported', reason: 'unverified' } } })
    expect(site.events.filter(({ type }) => type === 'recorded')).toEqual([])
  })
})

describe('a denial', () => {
  it('is recorded, and clears the cookie', async () => {
    const site = await siteWithToken()
    const result = await site.identity.deny(site.request(), consent)
    expect(result).toMatchObject({
      update: { identity: { status: 'denied' }, cookie: 'clear' },
    })
    expect(await site.store.read(site.subject)).toMatchObject({ choice: 'denied' })
  })

  it.each([
    ['is down', down],
    ['cannot hold it', rejected],
  ])('clears the cookie also when the store %s', async (_, fail) => {
    const site = await siteWithToken()
    site.store.recordChoice = fail
    expect(await site.identity.deny(site.request(), consent)).toMatchObject({
      status: 'done',
      update: { identity: { status: 'unavailable', reason: 'store' }, cookie: 'clear' },
    })
  })

  it('clears the cookie also when the store goes down right after the record', async () => {
    const site = await siteWithToken()
    site.store.recordChoice = async () => {
      site.store.read = down
    }
    expect(await site.identity.deny(site.request(), consent)).toMatchObject({
      status: 'done',
      update: { identity: { status: 'unavailable', reason: 'store' }, cookie: 'clear' },
    })
  })

  it('is not recorded again when the caller says so', async () => {
    const site = await siteWithToken()
    await site.store.recordChoice(site.subject, denial)
    site.store.recordChoice = down
    const result = await site.identity.deny(site.request(), consent, { record: false })
    expect(result).toMatchObject({ update: { identity: { status: 'denied' }, cookie: 'clear' } })
  })

  it('without a reader is signed_out', async () => {
    const site = await siteInMemory()
    site.jar.delete('session')
    expect(await site.identity.deny(site.request(), consent)).toEqual({ status: 'signed_out' })
  })
})
