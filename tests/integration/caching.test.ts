import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../scripts/support/runtime.mjs'
import { crawl, payloadOf, routes } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce } from '../support/operator.ts'
import { identityCookie } from '../support/publication.ts'
import { raw } from '../support/raw.ts'
import { cookieOf, sameOrigin, signedIn, type Visitor, visitor, withToken } from '../support/reader.ts'
import { siteWithOperator } from '../support/shared-site.ts'
import { until } from '../support/until.ts'

const { site, operator } = await siteWithOperator()
beforeEach(() => operator.set({}))

const preload = '</api/identity>; rel=preload; as=fetch; crossorigin=anonymous'
const pages = [...routes.static, ...routes.dynamic]

/** A reader whose refresh has ended and is not stored: the next response that may will store it. */
async function withRefreshToStore(): Promise<Visitor> {
  await operator.set({ lifetimes: dueAtOnce })
  const reader = await withToken(site)
  const before = reader.jar.get(identityCookie)
  await reader.twin().fetch('/privacy')
  await until(async () => {
    const scout = reader.twin()
    await scout.identity()
    return scout.jar.get(identityCookie) !== before
  })
  return reader
}

const setsIdentity = (answer: Response) =>
  answer.headers.getSetCookie().some((cookie) => cookie.startsWith(`${identityCookie}=`))

/** A shared cache may keep no response that sets a cookie. */
function expectNoCachedCookie(answer: Response, where: string) {
  expect(answer.status, where).toBeLessThan(500)
  if (answer.headers.getSetCookie().length === 0) return
  expect(answer.headers.get('cache-control'), where).toMatch(/no-store/)
  expect(answer.headers.get('cache-control'), where).not.toMatch(/s-maxage|public/)
}

describe('a response with Set-Cookie is no-store (N1)', () => {
  it('for a reader with an identity', async () => {
    const reader = await withToken(site)
    await crawl(() => reader.twin(), expectNoCachedCookie)
  })

  it('for a browser with an invalid cookie, which is deleted', async () => {
    let deleted = 0
    await crawl(
      () => visitor(site, new Map([['uid2', 'invalid']])),
      (answer, where) => {
        expectNoCachedCookie(answer, where)
        if (setsIdentity(answer)) deleted++
      },
    )
    expect(deleted).toBeGreaterThan(10)
  })

  it('for a reader whose refresh waits to be stored: by pages and their payloads, and by no prefetch (N5)', async () => {
    const stored: string[] = []
    const reader = await withRefreshToStore()
    await crawl(
      () => reader.twin(),
      (answer, where) => {
        expectNoCachedCookie(answer, where)
        if (setsIdentity(answer)) stored.push(where)
      },
    )
    for (const path of pages)
      for (const manner of ['document', 'HEAD', 'RSC']) expect(stored).toContain(`${manner} ${path}`)
    expect(stored.filter((where) => where.endsWith('(payload)')).length).toBeGreaterThan(0)
    const prefetched = stored.filter((where) => pages.some((path) => where.includes(`prefetch ${path}`)))
    expect(prefetched.filter((where) => !/ \/(api\/|nothing|articles\/nothing)/.test(where))).toEqual([])
  })

  it('and no 304, which a cache would add to the page that it keeps (N1c)', async () => {
    const etag = (await visitor(site).fetch('/')).headers.get('etag') ?? ''
    const conditional = { 'if-none-match': etag }
    expect((await raw(site, '/', { headers: conditional })).status).toBe(304)
    const cookie = cookieOf(await withRefreshToStore())
    const { status, headers } = await raw(site, '/', { headers: { ...conditional, cookie } })
    expect([status, String(headers['set-cookie'])]).toEqual([200, expect.stringMatching(/^uid2=Fe26/)])
    expect(headers['cache-control']).toBe('private, no-store')
  })

  it('when it answers a POST: choice, identity, sign-out, and the forms', async () => {
    const reader = await withToken(site)
    const answers = [
      await reader.post('/api/identity'),
      await sendForm(reader, await choiceForm(reader, 'denied'), sameOrigin(site)),
      await reader.post('/api/choice', { advertising: 'granted' }),
      await reader.post('/api/choice', { advertising: 'denied' }),
      await reader.post('/api/sign-out'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 303, 200, 200, 204])
    for (const [index, answer] of answers.entries()) expectNoCachedCookie(answer, `${index}`)
    expect(answers.filter((answer) => answer.headers.getSetCookie().length > 0).length).toBeGreaterThan(2)
  })
})

describe('static pages stay cacheable', () => {
  const expectCached = (answer: Response, where: string) => {
    expect(answer.headers.get('cache-control'), where).toMatch(/s-maxage=31536000/)
    expect(answer.headers.get('x-nextjs-cache'), where).toBe('HIT')
    expect(answer.headers.getSetCookie(), where).toEqual([])
  }

  it('and are the same for every reader, byte by byte: signed out, signed in, and with an identity', async () => {
    const readers = [visitor(site), await signedIn(site), await withToken(site)]
    for (const path of routes.static) {
      const texts = new Set<string>()
      for (const reader of readers) {
        const page = await reader.twin().fetch(path)
        for (const answer of [page, await payloadOf(reader.twin(), path)]) expectCached(answer, path)
        texts.add(await page.text())
      }
      expect(texts.size).toBe(1)
    }
  })

  it('also while a refresh is under way', async () => {
    await operator.set({ lifetimes: dueAtOnce })
    const reader = await withToken(site)
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang' }] })
    for (const path of routes.static) expectCached(await reader.fetch(path), path)
  })
})

it('every response about a reader is private: /api/identity, /api/auth, and pages that know the reader (N1b)', async () => {
  for (const reader of [visitor(site), await withToken(site)]) {
    for (const answer of [await reader.fetch('/api/identity'), await reader.post('/api/identity')]) {
      expect(answer.headers.get('cache-control')).toBe('private, no-store')
      expect(answer.headers.get('vary')).toMatch(/\bcookie\b/i)
    }
    for (const path of routes.api.filter((each) => each.startsWith('/api/auth/')))
      expect((await reader.twin().fetch(path)).headers.get('cache-control'), path).toBe('private, no-store')
    for (const path of routes.dynamic)
      expect((await reader.twin().fetch(path)).headers.get('cache-control'), path).toMatch(/no-store/)
  }
})

describe('the identity is fetched early', () => {
  it('on every static page with an ad slot that was built, and on no other', async () => {
    const manifest: { routes: object } = JSON.parse(
      readFileSync(join(root, '.next/prerender-manifest.json'), 'utf8'),
    )
    const built = Object.keys(manifest.routes).filter((path) => !/^\/_|\.\w+$/.test(path))
    expect(built.length).toBeGreaterThan(5)
    const early: string[] = []
    const withSlots: string[] = []
    for (const path of built) {
      const answer = await visitor(site).fetch(path)
      if (answer.headers.get('link')?.includes(preload)) early.push(path)
      if ((await answer.text()).includes('data-ad-slot')) withSlots.push(path)
    }
    expect(withSlots.length).toBeGreaterThan(5)
    expect(early).toEqual(withSlots)
  })

  it('on documents of static pages, not with a payload, nor where it is in the page (N22)', async () => {
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
