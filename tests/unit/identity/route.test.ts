import { after } from 'next/server'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { grant, kindsOf, minute, siteInMemory, siteWithToken } from '../../support/core.ts'

vi.mock('next/server', async (actual) => ({
  ...(await actual<typeof import('next/server')>()),
  after: vi.fn(),
}))
beforeEach(() => {
  vi.mocked(after).mockReset()
})

type Site = Awaited<ReturnType<typeof siteInMemory>>
const send = ({ identity, pageRequest }: Site, method: 'GET' | 'POST') =>
  identity.route[method](pageRequest({}, method))
const setCookie = (response: Response) => response.headers.getSetCookie().join()
const resolved = ({ events }: Site) => events.filter(({ type }) => type === 'resolved')

describe('the route of the identity', () => {
  it('answers GET with the current identity, in a response that no cache keeps', async () => {
    const site = await siteWithToken()
    const response = await send(site, 'GET')
    expect(await response.json()).toEqual((await site.get()).identity)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'private, no-store',
      'cdn-cache-control': 'no-store',
      vary: 'Cookie',
    })
    expect(setCookie(response)).toBe('')
  })

  it('generates and stores by POST, not by GET', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    expect(await (await send(site, 'GET')).json()).toMatchObject({ status: 'refreshing' })
    expect(kindsOf(site)).toEqual([])
    const response = await send(site, 'POST')
    expect(await response.json()).toMatchObject({ status: 'available' })
    expect(setCookie(response)).toMatch(new RegExp(`^${site.identity.cookie.name}=Fe26`))
    expect(kindsOf(site)).toEqual(['generate'])
  })

  it('passes only a refresh that outlives the response to `after`', async () => {
    const site = await siteWithToken()
    await send(site, 'GET')
    expect(after).not.toHaveBeenCalled()
    site.clock.now += 11 * minute
    site.operator.answer = () => new Promise(() => {})
    await send(site, 'GET')
    expect(after).toHaveBeenCalledExactlyOnceWith(expect.any(Promise))
  })
})

describe('each surface reports what it resolved', () => {
  const event = (surface: string, rest: object) => ({
    type: 'resolved',
    surface,
    ms: expect.any(Number),
    ...rest,
  })

  it('its status', async () => {
    const site = await siteWithToken()
    await site.identity.read(site.request())
    for (const surface of ['proxy', 'get', 'post'] as const) await site.update(site.request(), surface)
    const available = { status: 'available' }
    expect(resolved(site)).toEqual(
      ['page', 'proxy', 'get', 'post'].map((surface) => event(surface, available)),
    )
  })

  it('the reason of its status', async () => {
    const site = await siteInMemory()
    site.reader.dii = 'unverified'
    await site.get()
    expect(resolved(site)).toEqual([event('get', { status: 'unsupported', reason: 'unverified' })])
  })
})
