import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { crawl } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { keep, type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { buildWithoutProxy } from '../support/variant.ts'

/** The site as it is when the proxy is bypassed: it must lose freshness, and nothing else. */
let operator: TestOperator
let site: Site
let people = 0

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({
    env: { ...operator.env, UID2_TIMEOUT_MS: '30000' },
    folder: buildWithoutProxy(),
  })
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

const own = () => ({ origin: site.origin, 'sec-fetch-site': 'same-origin' })

async function granted(email = `no-proxy-${people++}@example.com`): Promise<Visitor> {
  const reader = visitor(site)
  await reader.signIn({ email })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

const status = async (reader: Visitor, path: string) =>
  /data-uid2-status="([^"]+)"/.exec(await (await reader.fetch(path)).text())?.[1]

describe('N9: without the proxy', () => {
  it('the proxy is really gone: a page begins no refresh, and another method is Next’s to answer', async () => {
    const reader = await granted()
    await operator.set({})
    for (const path of ['/', '/privacy', '/live/what-lighthouses-measured']) await reader.fetch(path)
    expect((await operator.calls()).refresh).toBe(0)
    expect((await reader.fetch('/', { method: 'PUT', headers: own() })).headers.get('allow')).not.toBe(
      'GET, HEAD, POST',
    )
  })

  it('a token is made, shown in pages, and refreshed by the POST that a page sends', async () => {
    const reader = await granted()
    expect(await status(reader, '/live/what-lighthouses-measured')).toBe('available')
    const before = await reader.identity()
    const after = await reader.ensure()
    expect(after.status).toBe('available')
    expect(after).not.toMatchObject({
      advertisingToken: 'advertisingToken' in before && before.advertisingToken,
    })
  })

  it('the choice form works, and a denial is final', async () => {
    const reader = await granted()
    const before = new Map(reader.jar)
    const form = await choiceForm(reader, 'denied')
    expect((await sendForm(reader, form, own())).status).toBe(303)
    for (const jar of [reader.jar, before]) {
      const now = visitor(site, new Map(jar))
      expect(await now.identity()).toMatchObject({ status: 'denied' })
      expect(await status(now, '/choice')).toBe('denied')
    }
  })

  it('signing out is final', async () => {
    const reader = await granted()
    const before = new Map(reader.jar)
    await reader.signOut()
    const revived = visitor(site, before)
    expect(await revived.ensure()).toMatchObject({ status: 'signed_out' })
    expect(await status(revived, '/privacy')).toBe('signed_out')
  })

  it('an opt-out is final', async () => {
    const reader = await granted('no-proxy-optout@example.com')
    const before = new Map(reader.jar)
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
    expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
    const revived = visitor(site, before)
    expect(await revived.identity()).toMatchObject({ status: 'opted_out' })
    expect(await status(revived, '/choice')).toBe('opted_out')
  })

  it('the identity of another reader counts for nothing', async () => {
    const reader = visitor(site)
    await reader.signIn({ email: 'no-proxy-other@example.com' })
    reader.jar.set('uid2', (await granted()).jar.get('uid2') ?? '')
    expect(await status(reader, '/privacy')).toBe('no_choice')
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
  })

  it('Sec-GPC is honoured', async () => {
    const reader = await granted()
    const html = await (await reader.fetch('/privacy', { headers: { 'sec-gpc': '1' } })).text()
    expect(html).toContain('data-uid2-status="gpc"')
  })

  it('N11: a form from elsewhere changes nothing', async () => {
    const reader = await granted()
    const form = await choiceForm(reader, 'denied')
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { ...own(), 'sec-fetch-site': 'cross-site' },
      {},
    ] as Record<string, string>[]) {
      const answer = await sendForm(reader.twin(), form, headers)
      for (const cookie of answer.headers.getSetCookie()) keep(reader.jar, cookie)
      expect(await reader.identity(), JSON.stringify(headers)).toMatchObject({ status: 'available' })
    }
  })

  it('U10, N1: nothing leaks, and no response has Set-Cookie without no-store', async () => {
    const email = 'zq7noproxy@example.com'
    const reader = await granted(email)
    const stray = () => visitor(site, new Map([['uid2', 'stray']]))
    for (const make of [() => visitor(site), () => reader.twin(), stray])
      await crawl(make, (answer, where) => {
        expect(answer.status, where).toBeLessThan(500)
        if (answer.headers.getSetCookie().length > 0)
          expect(answer.headers.get('cache-control'), where).toMatch(/no-store/)
      })
    for (const path of ['/', '/privacy', '/choice', '/live/what-lighthouses-measured', '/api/identity']) {
      const text = await (await reader.twin().fetch(path)).text()
      expect(text).not.toContain(email)
      expect(text).not.toMatch(/refresh_token|refresh_response_key/)
    }
    expect(site.log()).not.toContain('zq7')
  })
})
