import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'
import { crawl, payloadOf, routes } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { raw } from '../support/raw.ts'
import { cookieOf, type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const preload = '</api/identity>; rel=preload; as=fetch; crossorigin=anonymous'
const own = () => ({ origin: site.origin, 'sec-fetch-site': 'same-origin' })

let operator: TestOperator
let site: Site
let people = 0

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: { ...operator.env, UID2_TIMEOUT_MS: '30000' } })
})
beforeEach(() => operator.set({}))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

async function granted(): Promise<Visitor> {
  const reader = visitor(site)
  await reader.signIn({ email: `caching-${people++}@example.com` })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

/** A reader whose refresh has ended and is not stored: whichever response is next will store it. */
async function withRefreshToStore(): Promise<Visitor> {
  await operator.set({ lifetimes: dueAtOnce })
  const reader = await granted()
  const before = reader.jar.get('uid2')
  await reader.twin().fetch('/privacy')
  await until(async () => {
    const scout = reader.twin()
    await scout.identity()
    return scout.jar.get('uid2') !== before
  })
  return reader
}

const setsIdentity = (answer: Response) =>
  answer.headers.getSetCookie().some((cookie) => cookie.startsWith('uid2='))

/** No response that sets a cookie may be kept by a shared cache. */
function neverCachedWithCookie(answer: Response, where: string) {
  expect(answer.status, where).toBeLessThan(500)
  if (answer.headers.getSetCookie().length === 0) return
  expect(answer.headers.get('cache-control'), where).toMatch(/no-store/)
  expect(answer.headers.get('cache-control'), where).not.toMatch(/s-maxage|public/)
}

describe('N1: no response has Set-Cookie without no-store', () => {
  it('for an anonymous reader', () => crawl(() => visitor(site), neverCachedWithCookie))

  it('for a reader who is signed in, and for one with an identity', async () => {
    const signedIn = visitor(site)
    await signedIn.signIn({ email: 'caching@example.com' })
    const reader = await granted()
    await crawl(() => signedIn.twin(), neverCachedWithCookie)
    await crawl(() => reader.twin(), neverCachedWithCookie)
  })

  it('for a reader with a stray cookie, which goes', async () => {
    let cleared = 0
    const stray = () => visitor(site, new Map([['uid2', 'stray']]))
    await crawl(stray, (answer, where) => {
      neverCachedWithCookie(answer, where)
      if (setsIdentity(answer)) cleared++
    })
    expect(cleared).toBeGreaterThan(10)
  })

  it('for a reader whose refresh waits to be stored, on static and dynamic pages and their RSC', async () => {
    const stored: string[] = []
    const reader = await withRefreshToStore()
    await crawl(
      () => reader.twin(),
      (answer, where) => {
        neverCachedWithCookie(answer, where)
        if (setsIdentity(answer)) stored.push(where)
      },
    )
    for (const path of [...routes.static, ...routes.dynamic])
      for (const manner of ['document', 'HEAD', 'RSC']) expect(stored).toContain(`${manner} ${path}`)
    expect(stored.filter((where) => where.endsWith('(payload)')).length).toBeGreaterThan(0)
    // N5: a link that comes into view stores nothing.
    const pages = [...routes.static, ...routes.dynamic]
    const prefetched = stored.filter((where) => pages.some((path) => where.includes(`prefetch ${path}`)))
    expect(prefetched.filter((where) => !/ \/(api\/|nothing|articles\/nothing)/.test(where))).toEqual([])
  })

  it('nor is it a 304, which a cache would add to the page that it keeps', async () => {
    for (const path of routes.static) {
      const etag = (await visitor(site).fetch(path)).headers.get('etag') ?? ''
      const conditional = { 'if-none-match': etag }
      expect((await raw(site, path, { headers: conditional })).status).toBe(304)
      const cookie = cookieOf(await withRefreshToStore())
      const { status, headers } = await raw(site, path, { headers: { ...conditional, cookie } })
      expect([status, String(headers['set-cookie'])]).toEqual([200, expect.stringMatching(/^uid2=Fe26/)])
      expect(headers['cache-control']).toBe('private, no-store')
    }
  })

  it('on answers to POST: choice, identity, sign-out, and the forms', async () => {
    const reader = await granted()
    const form = await choiceForm(reader, 'denied')
    const answers = [
      await reader.post('/api/identity'),
      await sendForm(reader, form, own()),
      await reader.post('/api/choice', { advertising: 'granted' }),
      await reader.post('/api/choice', { advertising: 'denied' }),
      await reader.post('/api/sign-out'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 303, 200, 200, 204])
    for (const answer of answers) neverCachedWithCookie(answer, answer.url)
    expect(answers.filter((answer) => answer.headers.getSetCookie().length > 0).length).toBeGreaterThan(2)
  })
})

describe('static pages stay cacheable', () => {
  const cached = (answer: Response, where: string) => {
    expect(answer.headers.get('cache-control'), where).toMatch(/s-maxage=31536000/)
    expect(answer.headers.get('x-nextjs-cache'), where).toBe('HIT')
    expect(answer.headers.getSetCookie(), where).toEqual([])
  }

  it('for anonymous readers, for those signed in, and for an identity of which nothing is stored', async () => {
    const signedIn = visitor(site)
    await signedIn.signIn({ email: 'cacheable@example.com' })
    for (const reader of [visitor(site), signedIn, await granted()])
      for (const path of routes.static)
        for (const answer of [await reader.twin().fetch(path), await payloadOf(reader.twin(), path)])
          cached(answer, path)
  })

  it('and are the same for each of them, byte by byte', async () => {
    const reader = await granted()
    for (const path of routes.static) {
      const pages = await Promise.all(
        [visitor(site), reader].map(async (it) => (await it.fetch(path)).text()),
      )
      expect(pages[0]).toBe(pages[1])
    }
  })

  it('also while a refresh is under way', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const reader = await granted()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang' }] })
    for (const path of routes.static) cached(await reader.fetch(path), path)
  })
})

describe('N1b: answers about a reader are private', () => {
  it('/api/identity, whoever asks and however', async () => {
    for (const reader of [visitor(site), await granted()])
      for (const answer of [await reader.fetch('/api/identity'), await reader.post('/api/identity')]) {
        expect(answer.headers.get('cache-control')).toBe('private, no-store')
        expect(answer.headers.get('vary')).toMatch(/\bcookie\b/i)
      }
  })

  it('every answer below /api/auth', async () => {
    const reader = await granted()
    for (const path of routes.api.filter((path) => path.startsWith('/api/auth/'))) {
      const answer = await reader.twin().fetch(path)
      expect(answer.headers.get('cache-control'), path).toBe('private, no-store')
    }
  })

  it('pages that know the reader', async () => {
    const reader = await granted()
    for (const path of routes.dynamic)
      expect((await reader.twin().fetch(path)).headers.get('cache-control'), path).toMatch(/no-store/)
  })
})

describe('the identity is fetched early', () => {
  it('on every static page with an ad slot that was built, and on no other', async () => {
    const manifest: { routes: object } = JSON.parse(
      readFileSync(join(root, '.next/prerender-manifest.json'), 'utf8'),
    )
    const pages = Object.keys(manifest.routes).filter((path) => !/^\/_|\.\w+$/.test(path))
    expect(pages.length).toBeGreaterThan(5)
    const early: string[] = []
    const withSlots: string[] = []
    for (const path of pages) {
      const answer = await visitor(site).fetch(path)
      if (answer.headers.get('link')?.includes(preload)) early.push(path)
      if ((await answer.text()).includes('data-ad-slot')) withSlots.push(path)
    }
    expect(withSlots.length).toBeGreaterThan(5)
    expect(early).toEqual(withSlots)
  })

  it('on documents of static pages, not with a link’s payload, nor where it is in the page', async () => {
    for (const path of routes.static) {
      expect((await visitor(site).fetch(path)).headers.get('link'), path).toContain(preload)
      const payload = await payloadOf(visitor(site), path)
      expect(payload.headers.get('content-type'), path).toContain('text/x-component')
      expect(payload.headers.get('link') ?? '', path).not.toContain('/api/identity')
    }
    for (const path of routes.dynamic)
      expect((await visitor(site).fetch(path)).headers.get('link') ?? '', path).not.toContain('/api/identity')
  })
})
