import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { formOn } from '../support/forms.ts'
import { cookiesOf, proofVisitor, secretIn } from '../support/proof.ts'
import { newEmail, visitor } from '../support/reader.ts'
import { sandboxSite, siteWithOperator } from '../support/shared-site.ts'

const site = await sandboxSite()
const session = 'lantern-session'
let numbers = 10
const newNumber = () => `+1234567${8900 + numbers++}`

async function problemOf(answer: Response) {
  const body = (await answer.json()) as { error: string; message: string; problem: string }
  expect(body.message).toMatch(/^[A-Z].*\.$/)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  return { status: answer.status, error: body.error, problem: body.problem }
}
const over = { status: 422, error: 'invalid', problem: 'over' }
const noRequest = { status: 422, error: 'invalid', problem: 'no_request' }

describe.each([
  ['a link', newEmail],
  ['a code', newNumber],
])('%s', (_, newDii) => {
  it('signs in by script: each step answers where to go', async () => {
    const dii = newDii()
    const reader = proofVisitor(site)
    const kind = dii.startsWith('+') ? 'phone' : 'email'
    const asked = await reader.step('ask', { kind, value: ` ${dii} `, next: '/articles/x' })
    expect([asked.status, await asked.json()]).toEqual([200, { url: '/sign-in/proof' }])
    expect([...cookiesOf(asked).keys()]).toEqual(['sign-in'])
    expect(asked.headers.getSetCookie()[0]?.toLowerCase()).toMatch(
      /^sign-in=[^;]+; path=\/; expires=[^;]+; max-age=900; httponly; samesite=lax$/,
    )
    const secret = secretIn(await (await reader.outbox()).text())
    const finished = await reader.step('finish', { secret: ` ${secret}\n` })
    expect([finished.status, await finished.json()]).toEqual([200, { url: '/articles/x' }])
    expect(reader.jar.has('sign-in')).toBe(false)
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  })

  it('signs in by plain forms, once: of ten that bring it, one gets a session', async () => {
    const reader = proofVisitor(site)
    const dii = newDii()
    const asked = await reader.form('ask', { kind: dii.startsWith('+') ? 'phone' : 'email', value: dii })
    expect([asked.status, asked.headers.get('location')]).toEqual([303, '/sign-in/proof'])
    const secret = secretIn(await (await reader.outbox()).text())
    const twins = Array.from({ length: 10 }, () => proofVisitor(site, new Map(reader.jar)))
    const answers = await Promise.all(twins.map((twin) => twin.form('finish', { secret })))
    const [taken, ...refused] = answers.sort((a, b) => a.status - b.status)
    expect([taken?.status, taken?.headers.get('location')]).toEqual([303, '/choice'])
    expect(refused.map(({ status }) => status)).toEqual(Array<number>(9).fill(422))
    expect(twins.filter(({ jar }) => jar.has(session))).toHaveLength(1)
    expect(await problemOf(await reader.step('finish', { secret }))).toEqual(over)
  })

  it('is nothing in another browser, and that uses nothing up', async () => {
    const reader = proofVisitor(site)
    const secret = await reader.requestProof(newDii())
    for (let i = 0; i < 6; i++)
      expect(await problemOf(await proofVisitor(site).step('finish', { secret }))).toEqual(noRequest)
    expect((await reader.step('finish', { secret })).status).toBe(200)
  })
})

it('a secret is over after 15 minutes, in words on a page', async () => {
  const reader = proofVisitor(site)
  const secret = await reader.requestProof(newEmail())
  const database = new Database(join(site.dataDir, 'choices.db'), { timeout: 5000 })
  const aged = database.prepare('update sign_in_secrets set expires = expires - 900001')
  expect(aged.run().changes).toBeGreaterThan(0)
  database.close()
  expect(await problemOf(await reader.step('finish', { secret }))).toEqual(over)
  const page = await reader.form('finish', { secret })
  expect([page.status, page.headers.get('cache-control')]).toEqual([422, 'private, no-store'])
  expect(await page.text()).toMatch(/<h1>That did not sign you in<\/h1>\n<p>[^<]*too old/)
})

it.each([
  ['email', 'f'.repeat(64), 'looks_hashed'],
  ['email', 'jane@example.com\r\nBcc: joe@example.com', 'bad_email'],
  ['phone', '020 7946 0018', 'bad_phone'],
])('%s %j cannot be asked for: the problem in JSON and on a page, without what was typed', async (...row) => {
  const [kind, value, problem] = row
  const reader = proofVisitor(site)
  const answer = await reader.step('ask', { kind, value })
  expect(await problemOf(answer)).toEqual({ status: 422, error: 'invalid', problem })
  const page = await reader.form('ask', { kind, value })
  expect([page.status, page.headers.get('content-type')]).toEqual([422, 'text/html; charset=utf-8'])
  const html = await page.text()
  expect(html).toMatch(/<h1>That did not sign you in<\/h1>\n<p>[^<]+<\/p>\n<p><a href="\/sign-in">/)
  expect(html).not.toContain(value)
  expect(reader.jar.size).toBe(0)
})

describe('the page of a link', () => {
  const linkOf = (secret: string) => `/sign-in/proof?secret=${secret}`

  it('uses nothing up, however often it is opened: its button still works', async () => {
    const reader = proofVisitor(site)
    const link = linkOf(await reader.requestProof(newEmail()))
    for (const make of [() => reader, () => proofVisitor(site)])
      for (const init of [
        { method: 'HEAD' },
        { headers: { rsc: '1', 'next-router-prefetch': '1' } },
        { headers: { 'sec-purpose': 'prefetch;prerender' } },
        { headers: { 'user-agent': 'a mail scanner' } },
        {},
        {},
      ])
        expect((await make().fetch(link, init)).status).toBeLessThan(400)
    const form = await formOn(reader, link, 'name="secret"')
    expect(form.action).toBe('/api/sign-in/finish')
    const secret = form.fields.get('secret') ?? ''
    expect((await reader.form('finish', { secret })).status).toBe(303)
  })

  it('is kept by no cache, and its address is no referrer; elsewhere it has no button', async () => {
    const reader = proofVisitor(site)
    const link = linkOf(await reader.requestProof(newEmail()))
    for (const visitor of [reader, proofVisitor(site)]) {
      const { headers } = await visitor.fetch(link)
      expect(headers.get('cache-control')).toContain('no-store')
      expect(headers.get('referrer-policy')).toBe('strict-origin')
      expect(headers.getSetCookie()).toEqual([])
    }
    const html = await (await proofVisitor(site).fetch(link)).text()
    expect(html).toContain('Open this link where you asked for it')
    expect(html).not.toContain('/api/sign-in/finish')
  })

  it('shows what was brought as text, and nothing of the address but a mask', async () => {
    const email = newEmail()
    const reader = proofVisitor(site)
    await reader.requestProof(email)
    const html = await (await reader.fetch(linkOf(encodeURIComponent('"><script>alert(1)</script>')))).text()
    expect(html).toContain('r•••@example.com')
    expect(html).not.toContain('"><script>alert(1)')
    expect(html).not.toContain(email)
    for (const query of ['secret=a&secret=b', 'secret=', `secret=${'x'.repeat(6000)}`, 'secret=%00', 'x=1'])
      expect((await reader.fetch(`/sign-in/proof?${query}`)).status, query).toBe(200)
  })
})

describe('the outbox', () => {
  it('shows what this browser asked for last, and nothing to any other', async () => {
    const [first, second] = [proofVisitor(site), proofVisitor(site)]
    const [old, newer, theirs] = [newEmail(), newEmail(), newEmail()]
    for (const mine of [old, newer]) await first.requestProof(mine)
    await second.requestProof(theirs)
    const page = await first.outbox()
    expect(page.headers.get('cache-control')).toContain('no-store')
    const html = await page.text()
    expect(html).toContain(newer)
    for (const other of [old, theirs]) expect(html).not.toContain(other)
    expect(await (await proofVisitor(site).outbox()).text()).toContain('There is nothing yet')
  })

  it('is not there beside a real operator', async () => {
    const real = (await siteWithOperator()).site
    expect((await visitor(real).fetch('/sign-in/outbox')).status).toBe(404)
  })
})
