import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formOn } from '../support/forms.ts'
import { type Asker, asker, cookiesOf, secretIn } from '../support/proof.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const number = '+12345678901'
let site: Site
let open: Site

beforeAll(async () => {
  site = await startSite({ env: { TRUST_PROXY_HOPS: '1' } })
  open = await startSite({ env: { SANDBOX_PUBLIC: 'on', TRUST_PROXY_HOPS: '1' } })
})
afterAll(() => Promise.all([site.stop(), open.stop()]))

let people = 0
const somebody = () => `proof-${people++}@example.com`
const session = 'lantern-session'
const problemOf = async (answer: Response) => {
  const body = (await answer.json()) as { error: string; message: string; problem: string }
  expect(body.message).toMatch(/^[A-Z].*\.$/)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  return { status: answer.status, error: body.error, problem: body.problem }
}
const page = async (answer: Response) => {
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  return { status: answer.status, html: await answer.text() }
}

describe.each([
  ['a link', () => somebody()],
  ['a code', () => number.replace(/..$/, String(10 + people++))],
])('%s', (_, newDii) => {
  it('signs in by script: each step answers where to go', async () => {
    const dii = newDii()
    const reader = asker(site)
    const kind = dii.startsWith('+') ? 'phone' : 'email'
    const asked = await reader.step('ask', { kind, value: ` ${dii} `, next: '/articles/x' })
    expect(asked.status).toBe(200)
    expect(await asked.json()).toEqual({ url: '/sign-in/proof' })
    expect([...cookiesOf(asked).keys()]).toEqual(['sign-in'])
    expect(asked.headers.getSetCookie()[0]?.toLowerCase()).toMatch(
      /^sign-in=[^;]+; path=\/; expires=[^;]+; max-age=900; httponly; samesite=lax$/,
    )
    const secret = secretIn(await (await reader.outbox()).text())
    const finished = await reader.step('finish', { secret: ` ${secret}\n` })
    expect([finished.status, await finished.json()]).toEqual([200, { url: '/articles/x' }])
    expect(reader.jar.has(session)).toBe(true)
    expect(reader.jar.has('sign-in')).toBe(false)
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  })

  it('signs in by plain forms: each step leads on with 303', async () => {
    const dii = newDii()
    const reader = asker(site)
    const asked = await reader.form('ask', { kind: dii.startsWith('+') ? 'phone' : 'email', value: dii })
    expect([asked.status, asked.headers.get('location')]).toEqual([303, '/sign-in/proof'])
    const secret = secretIn(await (await reader.outbox()).text())
    const finished = await reader.form('finish', { secret })
    expect([finished.status, finished.headers.get('location')]).toEqual([303, '/choice'])
    expect(finished.headers.get('cache-control')).toBe('private, no-store')
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
  })

  it('works once', async () => {
    const reader = asker(site)
    const secret = await reader.ask(newDii())
    const before = asker(site, new Map(reader.jar))
    expect((await reader.step('finish', { secret })).status).toBe(200)
    expect(await problemOf(await before.step('finish', { secret }))).toEqual({
      status: 422,
      error: 'invalid',
      problem: 'over',
    })
    expect(before.jar.has(session)).toBe(false)
    // The browser that used it up has nothing left to bring.
    expect(await problemOf(await reader.step('finish', { secret }))).toMatchObject({ problem: 'no_request' })
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
  })

  it('of ten requests at once, one signs in', async () => {
    const reader = asker(site)
    const secret = await reader.ask(newDii())
    const twins = Array.from({ length: 10 }, () => asker(site, new Map(reader.jar)))
    const answers = await Promise.all(twins.map((twin) => twin.form('finish', { secret })))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, ...Array<number>(9).fill(422)])
    expect(twins.filter(({ jar }) => jar.has(session))).toHaveLength(1)
  })

  it('is over after 15 minutes, and after five wrong tries', async () => {
    const [late, careless] = [asker(site), asker(site)]
    const [secret, right] = [await late.ask(newDii()), await careless.ask(newDii())]
    const database = new Database(join(site.dataDir, 'choices.db'), { timeout: 5000 })
    const aged = database.prepare('update sign_in_secrets set expires = expires - 900001')
    for (let i = 0; i < 5; i++)
      expect(await problemOf(await careless.step('finish', { secret: '?' }))).toMatchObject({
        problem: 'wrong_secret',
      })
    expect(await problemOf(await careless.step('finish', { secret: right }))).toMatchObject({
      problem: 'over',
    })
    expect(aged.run().changes).toBeGreaterThan(0)
    database.close()
    expect(await problemOf(await late.step('finish', { secret }))).toMatchObject({ problem: 'over' })
    const { status, html } = await page(await late.form('finish', { secret }))
    expect(status).toBe(422)
    expect(html).toContain('too old')
  })

  it('is nothing in another browser, and that burns nothing', async () => {
    const reader = asker(site)
    const secret = await reader.ask(newDii())
    for (let i = 0; i < 10; i++)
      expect(await problemOf(await asker(site).step('finish', { secret }))).toEqual({
        status: 422,
        error: 'invalid',
        problem: 'no_request',
      })
    const other = asker(site)
    await other.ask(newDii())
    expect(await problemOf(await other.step('finish', { secret }))).toMatchObject({ problem: 'wrong_secret' })
    expect((await reader.step('finish', { secret })).status).toBe(200)
  })

  it('gives way to the next one that this browser asks for', async () => {
    const reader = asker(site)
    const [first, second] = [await reader.ask(newDii()), await reader.ask(newDii())]
    expect(await problemOf(await reader.step('finish', { secret: first }))).toMatchObject({
      problem: 'wrong_secret',
    })
    expect((await reader.step('finish', { secret: second })).status).toBe(200)
  })
})

describe('the page of a link', () => {
  const linkOf = (secret: string) => `/sign-in/proof?secret=${secret}`

  it('burns nothing however often it is opened: the button still works', async () => {
    const reader = asker(site)
    const link = linkOf(await reader.ask(somebody()))
    for (const make of [() => reader, () => asker(site)])
      for (const init of [
        {},
        { method: 'HEAD' },
        { headers: { rsc: '1' } },
        { headers: { rsc: '1', 'next-router-prefetch': '1' } },
        { headers: { 'sec-purpose': 'prefetch;prerender' } },
        { headers: { 'user-agent': 'a mail scanner' } },
        {},
        {},
        {},
        {},
      ])
        expect((await make().fetch(link, init)).status).toBeLessThan(400)
    const html = await (await reader.fetch(link)).text()
    expect(html).toMatch(/<form [^>]*action="\/api\/sign-in\/finish"/)
    const secret = (await formOn(reader, link, 'name="secret"')).fields.get('secret')
    expect((await reader.form('finish', { secret: String(secret) })).status).toBe(303)
  })

  it('elsewhere says where to open it, and has no button', async () => {
    const reader = asker(site)
    const link = linkOf(await reader.ask(somebody()))
    const html = await (await asker(site).fetch(link)).text()
    expect(html).toContain('Open this link where you asked for it')
    expect(html).not.toContain('/api/sign-in/finish')
  })

  it('may be kept by no cache, and its address is no referrer', async () => {
    const reader = asker(site)
    const link = linkOf(await reader.ask(somebody()))
    for (const visitor of [reader, asker(site)]) {
      const { headers } = await visitor.fetch(link)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('referrer-policy')).toBe('strict-origin')
      expect(headers.getSetCookie()).toEqual([])
    }
  })

  it('shows what was brought as text, and nothing of the address but a mask', async () => {
    const email = somebody()
    const reader = asker(site)
    await reader.ask(email)
    const html = await (await reader.fetch(linkOf(encodeURIComponent('"><script>alert(1)</script>')))).text()
    expect(html).toContain('p•••@example.com')
    expect(html).not.toContain('"><script>alert(1)')
    expect(html).not.toContain(email)
    for (const query of ['secret=a&secret=b', 'secret=', `secret=${'x'.repeat(6000)}`, 'secret=%00', 'x=1'])
      expect((await reader.fetch(`/sign-in/proof?${query}`)).status, query).toBe(200)
  })
})

describe('the outbox', () => {
  it('shows what this browser asked for last, and nothing to any other', async () => {
    const [first, second] = [asker(site), asker(site)]
    const [mine, theirs] = [somebody(), somebody()]
    await first.ask(mine)
    await second.ask(theirs)
    const text = async (reader: Asker) => (await reader.outbox()).text()
    expect(await text(first)).toContain(mine)
    expect(await text(first)).not.toContain(theirs)
    expect(await text(second)).toContain(theirs)
    expect(await text(asker(site))).toContain('There is nothing yet')
    const newer = somebody()
    await first.ask(newer)
    expect(await text(first)).toContain(newer)
    expect(await text(first)).not.toContain(mine)
    expect((await first.outbox()).headers.get('cache-control')).toContain('no-store')
  })

  it('is not there on a public sandbox, nor beside a real operator', async () => {
    expect((await visitor(open).fetch('/sign-in/outbox')).status).toBe(404)
    const real = await startSite({
      env: {
        UID2_BASE_URL: 'http://127.0.0.1:1',
        UID2_API_KEY: 'key',
        UID2_CLIENT_SECRET: Buffer.alloc(32).toString('base64'),
      },
    })
    expect((await visitor(real).fetch('/sign-in/outbox')).status).toBe(404)
    await real.stop()
  })

  it('a public sandbox sends nothing', async () => {
    for (const [kind, value] of [
      ['email', somebody()],
      ['phone', number],
    ] as const) {
      const answer = await asker(open).step('ask', { kind, value })
      expect(await problemOf(answer)).toEqual({ status: 404, error: 'refused', problem: 'not_offered' })
    }
  })
})

describe('what cannot be asked for', () => {
  it.each([
    ['email', '', 'empty'],
    ['email', 'jane', 'bad_email'],
    ['email', 'f'.repeat(64), 'looks_hashed'],
    ['email', 'jane,joe@example.com', 'bad_email'],
    ['email', 'jane@example.com\r\nBcc: joe@example.com', 'bad_email'],
    ['email', '\u212aate@example.com', 'bad_email'],
    ['phone', '020 7946 0018', 'bad_phone'],
    ['phone', '+44 20 7946 0018 x5', 'bad_phone'],
  ])('%s %j: %s, in words, and nothing is sent', async (kind, value, problem) => {
    const reader = asker(site)
    const answer = await reader.step('ask', { kind, value })
    expect(await problemOf(answer)).toEqual({ status: 422, error: 'invalid', problem })
    const { status, html } = await page(await reader.form('ask', { kind, value }))
    expect(status).toBe(422)
    expect(html).toMatch(/<h1>That did not sign you in<\/h1>\n<p>[^<]+<\/p>\n<p><a href="\/sign-in">/)
    if (value !== '') expect(html).not.toContain(value)
    expect(reader.jar.size).toBe(0)
  })
})
