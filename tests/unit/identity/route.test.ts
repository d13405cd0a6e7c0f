import { after } from 'next/server'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { Uid2Error } from '#lib/uid2/index.ts'
import { grant, minute, siteInMemory, siteWithToken } from '../../support/core.ts'

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
const kinds = ({ operator }: Site) => operator.calls.map(({ kind }) => kind)
const resolved = ({ events }: Site) => events.filter(({ type }) => type === 'resolved')

describe('the route of the identity', () => {
  it('answers GET with the identity as it stands, in a response that no cache keeps', async () => {
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

  it('generates and stores by POST, never by GET', async () => {
    const site = await siteInMemory()
    await site.store.recordChoice(site.subject, grant)
    expect(await (await send(site, 'GET')).json()).toMatchObject({ status: 'refreshing' })
    expect(kinds(site)).toEqual([])
    const response = await send(site, 'POST')
    expect(await response.json()).toMatchObject({ status: 'available' })
    expect(setCookie(response)).toMatch(new RegExp(`^${site.identity.cookie.name}=Fe26`))
    expect(kinds(site)).toEqual(['generate'])
  })

  it('leaves a refresh that goes on after the response to `after`, and nothing else', async () => {
    const site = await siteWithToken()
    await send(site, 'GET')
    expect(after).not.toHaveBeenCalled()
    site.clock.now += 11 * minute
    site.operator.answer = () => new Promise(() => {})
    await send(site, 'GET')
    expect(after).toHaveBeenCalledExactlyOnceWith(expect.any(Promise))
  })
})

describe('each surface tells what it resolved', () => {
  const event = (surface: string, rest: object) => ({
    type: 'resolved',
    surface,
    ms: expect.any(Number),
    ...rest,
  })

  it('with the status', async () => {
    const site = await siteWithToken()
    await site.identity.read(site.request())
    for (const surface of ['proxy', 'get', 'post'] as const) await site.update(site.request(), surface)
    const available = { status: 'available' }
    expect(resolved(site)).toEqual(
      ['page', 'proxy', 'get', 'post'].map((surface) => event(surface, available)),
    )
  })

  it('and with its reason', async () => {
    const site = await siteInMemory()
    site.reader.dii = 'unverified'
    await site.get()
    expect(resolved(site)).toEqual([event('get', { status: 'unsupported', reason: 'unverified' })])
  })

  it('and nothing of the reader, the token or the keys (S5)', async () => {
    const site = await siteInMemory()
    await site.identity.grant(site.request(), grant)
    site.clock.now += 11 * minute
    await site.post()
    site.operator.answer = async () => Promise.reject(new Uid2Error('network', String(site.subject.diiHash)))
    await site.post({ recheck: true })
    site.jar.set(site.identity.cookie.name, 'nonsense')
    await site.get()
    const told = JSON.stringify(site.events)
    expect(site.events.length).toBeGreaterThan(5)
    const secrets = [site.subject.diiHash, site.subject.sub, site.subject.sid, ...site.jar.values()]
    const { dii } = site.reader
    for (const secret of [...secrets, typeof dii === 'string' ? dii : dii.value, 'A4', 'ppp'])
      expect(told).not.toContain(secret)
  })
})
