import { describe, expect, it } from 'vitest'
import { needsRefresh } from '#lib/identity/update.ts'
import { fakeOperator, kindsOf, minute, siteWithToken } from '../../support/core.ts'

const now = 1_800_000_000_000
const { issue } = fakeOperator(() => now)
const [fresh, due, expired] = [issue(), issue({ due: -1 }), issue({ due: -2, expires: -1 })]
const page = { waitForExpired: 0 }
const api = { waitForExpired: 1500 }

describe('a request starts a refresh', () => {
  it.each([
    ['server', 'a page', page, [false, true, true]],
    ['server', 'the API', api, [false, true, true]],
    ['browser', 'a page', page, [false, false, false]],
    ['browser', 'the API', api, [false, false, true]],
    ['server', 'a recheck', { ...api, recheck: true }, [true, true, true]],
    ['browser', 'a recheck', { ...api, recheck: true }, [true, true, true]],
  ] as const)('where the %s refreshes, by %s: fresh, due, expired', (by, _, limits, expected) => {
    const begins = [fresh, due, expired].map((identity) =>
      needsRefresh(identity, now, { byBrowser: by === 'browser', ...limits }),
    )
    expect(begins).toEqual(expected)
  })
})

describe('where the browser refreshes', () => {
  const client = (bucket?: 'control' | 'treatment') =>
    siteWithToken({ refreshedBy: 'client', ...(bucket && { bucketOf: () => bucket }) })

  it('a due token is left to it by pages and the API', async () => {
    for (const site of [await client(), await client('treatment')]) {
      site.clock.now += 11 * minute
      expect((await site.update(site.request(), 'proxy')).background).toBeUndefined()
      for (const send of [site.get, site.post]) expect((await send()).identity).toHaveProperty('identity')
      expect(kindsOf(site)).toEqual([])
    }
  })

  it('an expired token is refreshed by the server for a browser that waits for it', async () => {
    const site = await client()
    site.clock.now += 61 * minute
    await site.update(site.request(), 'proxy')
    expect(kindsOf(site)).toEqual([])
    expect((await site.get()).identity.status).toBe('available')
    expect(kindsOf(site)).toEqual(['refresh'])
  })

  it('the token of a control reader, which the browser does not get, is refreshed by the server (K1)', async () => {
    const site = await client('control')
    site.clock.now += 11 * minute
    expect((await site.post()).identity).toMatchObject({ status: 'withheld' })
    expect(kindsOf(site)).toEqual(['refresh'])
  })
})
