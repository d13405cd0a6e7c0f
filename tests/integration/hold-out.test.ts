import { unsealData } from 'iron-session'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { payloadOf } from '../support/crawl.ts'
import { choiceForm, sendForm } from '../support/forms.ts'
import { dueAtOnce, testOperator } from '../support/operator.ts'
import { startPrebidServer } from '../support/prebid-server.ts'
import { identityCookie, livePage } from '../support/publication.ts'
import { newEmail, sameOrigin, signedIn, type Visitor, visitor } from '../support/reader.ts'
import { startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const password = 'hold-out-session-password'.padEnd(40, '.')
const control = { status: 'withheld', bucket: 'control' }

const operator = await testOperator()
const buyer = await startPrebidServer()
/** With client hand-off, in which the browser gets the most. */
const site = await startSite({
  env: {
    ...operator.env,
    ...buyer.env,
    HOLDOUT_PERCENT: '100',
    HOLDOUT_SALT: 'autumn of the moth',
    SESSION_PASSWORD: password,
    UID2_HANDOFF: 'client',
    LAB: 'on',
  },
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  buyer.close()
  await operator.close()
})

async function controlReader(email?: string) {
  const reader = await signedIn(site, email)
  return { reader, first: await reader.choose('granted') }
}
/** The token that the site keeps for the reader. */
async function sealedToken({ jar }: Visitor): Promise<string> {
  const { identity } = await unsealData<{ identity: Record<string, string> }>(jar.get(identityCookie) ?? '', {
    password,
  })
  return identity.advertising_token ?? ''
}

it('a control reader costs a generate as any other, and is sent no byte of the token: not by API, form, page or payload (K1)', async () => {
  await operator.set({})
  const { reader, first } = await controlReader()
  const { now, ...told } = first
  expect(told).toEqual({ ...control, refreshFrom: expect.toSatisfy((at: number) => at > now) })
  const token = await sealedToken(reader)
  expect(token.length).toBeGreaterThan(100)
  expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  const answers = [
    await reader.fetch('/api/identity'),
    await reader.post('/api/choice', { advertising: 'granted' }),
    await reader.post('/api/identity', { recheck: true }),
    ...(await Promise.all([livePage, '/', '/choice', '/privacy'].map((path) => reader.fetch(path)))),
    await payloadOf(reader, livePage),
    await sendForm(reader, await choiceForm(reader, 'granted'), sameOrigin(site)),
  ]
  const texts = await Promise.all(
    answers.map(async (it) => `${JSON.stringify([...it.headers])}${await it.text()}`),
  )
  expect(texts[3]).toContain('data-uid2-status="withheld"')
  const renewed = await sealedToken(reader)
  for (const text of [JSON.stringify(first), ...texts]) {
    for (const each of [token, renewed]) expect(text).not.toContain(each)
    expect(text).not.toMatch(/advertising_?token|refresh_?token|response_?key/i)
  }
})

it('the token of a control reader is renewed by the server: behind pages, and by a POST (K1)', async () => {
  const { reader } = await controlReader()
  const first = await sealedToken(reader)
  await until(async () => {
    await reader.fetch('/privacy')
    return (await sealedToken(reader)) !== first
  })
  const second = await sealedToken(reader)
  expect(await reader.ensure()).toMatchObject(control)
  expect(await sealedToken(reader)).not.toBe(second)
})

it('a control reader is told of an opt-out, which is final (K1)', async () => {
  const { reader } = await controlReader()
  await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
  expect(await reader.ensure()).toEqual({ status: 'opted_out', now: expect.any(Number) })
  expect(reader.jar.has(identityCookie)).toBe(false)
  expect(await reader.choose('granted')).toMatchObject({ status: 'opted_out' })
  expect((await operator.calls()).generate).toBe(0)
})

it('the group is the same on another device, in another spelling, after signing out (K1)', async () => {
  const email = newEmail()
  const { reader } = await controlReader(email)
  await reader.signOut()
  for (const browser of [reader, visitor(site)]) {
    await browser.signIn({ email: ` ${email.toUpperCase()}` })
    expect(await browser.ensure()).toMatchObject(control)
  }
})

it('an auction of the server has no eid of a control reader (K1)', async () => {
  const { reader } = await controlReader()
  expect((await reader.fetch('/patterns/server-to-server')).status).toBe(200)
  expect(buyer.requests).toHaveLength(1)
  expect(buyer.requests[0]?.body).not.toHaveProperty('user')
})
