import { createHash } from 'node:crypto'
import { unsealData } from 'iron-session'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { crawl, payloadOf } from '../support/crawl.ts'
import { dueAtOnce, testOperator } from '../support/operator.ts'
import { identityCookie, livePage, livePageWithoutAds } from '../support/publication.ts'
import { signedIn, tokenIn, type Visitor, withToken } from '../support/reader.ts'
import { startSite } from '../support/site.ts'

const secrets = {
  SESSION_PASSWORD: 'client-hand-off-password'.padEnd(40, '.'),
  NEXTAUTH_SECRET: 'client-hand-off-secret'.padEnd(40, '.'),
  CHOICES_PEPPER: 'client-hand-off-pepper'.padEnd(40, '.'),
}
const names = ['advertising_token', 'identity_expires', 'refresh_expires', 'refresh_from']
const fields = [...names, 'refresh_response_key', 'refresh_token']
const secret = /refresh_?token|response_?key/i

const operator = await testOperator()
const env = { ...operator.env, ...secrets, UID2_HANDOFF: 'client', LAB: 'on', UID2_TIMEOUT_MS: '30000' }
const site = await startSite({ env })
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

const sealed = async ({ jar }: Visitor) => {
  const password = secrets.SESSION_PASSWORD
  return (await unsealData<{ identity: object }>(jar.get(identityCookie) ?? '', { password })).identity
}
const recheck = async (reader: Visitor) => (await reader.post('/api/identity', { recheck: true })).json()
const text = async (answer: Response | Promise<Response>) => (await answer).text()

it('the browser is given what the operator gave, in six fields beside the rest, by API, page and payload', async () => {
  const reader = await signedIn(site)
  const given = await reader.choose('granted')
  const identity = await sealed(reader)
  expect(given).toMatchObject({ status: 'available', source: 'uidapi.com', identity })
  expect(Object.keys(identity).sort()).toEqual(fields)
  expect(tokenIn(given)).toBe((identity as { advertising_token: string }).advertising_token)
  for (const page of [await text(reader.fetch(livePage)), await text(payloadOf(reader, livePage))])
    expect(page).toContain((identity as { refresh_token: string }).refresh_token)
  const settings = await (await reader.fetch('/api/site')).json()
  expect(settings).toMatchObject({ clientRefresh: { operatorUrl: operator.env.UID2_BASE_URL } })
})

it('a due token is given again and again: only the browser renews it (U11)', async () => {
  const reader = await withToken(site)
  await operator.set({ lifetimes: dueAtOnce })
  for (const path of ['/', livePage, '/privacy', livePage]) await text(reader.fetch(path))
  for (const ask of [reader.identity, reader.ensure, reader.identity])
    expect(tokenIn(await ask())).toBe(reader.token)
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
})

it('an expired token is refreshed once for a browser that waits for it, and not on the way to a page', async () => {
  await operator.set({ lifetimes: { identityMs: 1, refreshFromMs: 1, refreshMs: 86_400_000 } })
  const reader = await signedIn(site)
  expect(await reader.choose('granted')).toMatchObject({ status: 'refreshing' })
  await operator.set({ lifetimes: dueAtOnce })
  const twin = reader.twin()
  for (const path of [livePage, '/']) await text(reader.fetch(path))
  expect((await operator.calls()).refresh).toBe(0)
  expect(tokenIn(await reader.identity())).toBe(tokenIn(await twin.ensure()))
  expect((await operator.calls()).refresh).toBe(1)
})

it('a recheck makes one call: an opt-out that it hears is recorded, and without one the token is renewed', async () => {
  const [reader, other] = [await withToken(site), await withToken(site)]
  await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout', times: 1 }] })
  expect(await recheck(reader)).toEqual({ status: 'opted_out', now: expect.any(Number) })
  expect(await recheck(reader)).toMatchObject({ status: 'opted_out' })
  expect(reader.jar.has(identityCookie)).toBe(false)
  expect(tokenIn(await recheck(other))).not.toBe(other.token)
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 2 })
})

it('a recheck that the operator does not answer gives nothing out, and forgets nothing (U11c)', async () => {
  const reader = await withToken(site)
  await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', status: 500 }] })
  const unheard = { status: 'unavailable', reason: 'operator', now: expect.any(Number) }
  // The second one comes during the pause after a failure, in which the operator is not called.
  expect([await recheck(reader), await recheck(reader)]).toEqual([unheard, unheard])
  expect((await operator.calls()).refresh).toBe(1)
  expect(reader.jar.has(identityCookie)).toBe(true)
})

it('what renews a token is on no page without ads, and on none that asks for bids itself (U10, S12)', async () => {
  const reader = await withToken(site)
  for (const path of [livePageWithoutAds, '/patterns/server-to-server'])
    for (const answer of [await reader.fetch(path), await payloadOf(reader, path)])
      expect([answer.status, (await answer.text()).match(secret)], path).toEqual([200, null])
})

it('what renews a token goes to no reader who denied: by choice, by signals, by GPC, after the session', async () => {
  const [chooser, withdrawer, sender, leaver] = [
    await withToken(site),
    await withToken(site),
    await withToken(site),
    await withToken(site),
  ]
  const copies = [chooser, withdrawer, sender, leaver].map((reader) => reader.twin())
  const texts = [
    await text(chooser.post('/api/choice', { advertising: 'denied' })),
    await text(withdrawer.post('/api/identity', { signals: { gdprApplies: true } })),
    await text(sender.fetch('/api/identity', { headers: { 'sec-gpc': '1' } })),
  ]
  await leaver.signOut()
  for (const late of copies) {
    texts.push(JSON.stringify(await late.identity()), JSON.stringify(await recheck(late)))
    texts.push(await text(late.fetch(livePage)), await text(payloadOf(late, livePage)))
  }
  expect(texts).toHaveLength(19)
  for (const each of texts) expect(each).not.toMatch(secret)
  expect((await operator.calls()).refresh).toBe(0)
})

it('keys, secrets and the address are in no answer, and what renews the token in no log and no other cookie (U10)', async () => {
  const email = 'zq9canary@example.com'
  const reader = await withToken(site, email)
  const identity = await sealed(reader)
  const texts = [JSON.stringify(await reader.ensure())]
  await crawl(
    () => reader,
    () => {},
  )
  for (const path of [livePage, '/choice', '/privacy', '/', '/api/site', '/api/auth/session'])
    for (const answer of [await reader.fetch(path), await payloadOf(reader, path)])
      texts.push(JSON.stringify([...answer.headers]) + (await answer.text()))
  expect(texts.filter((each) => each.includes('refresh_response_key')).length).toBeGreaterThan(2)
  const hash = createHash('sha256').update(email).digest()
  const { apiKey, clientSecret } = sandboxPublisher
  const encodings = ['base64', 'base64url', 'hex'] as const
  const canaries = [
    apiKey,
    clientSecret,
    ...Object.values(secrets),
    email,
    ...encodings.map((it) => hash.toString(it)),
  ]
  const found = (each: string, values: unknown[]) =>
    values.filter((value) => [`${value}`, encodeURIComponent(`${value}`)].some((form) => each.includes(form)))
  for (const each of texts) expect(found(each, canaries)).toEqual([])
  const kept = [...reader.jar].filter(([name]) => name !== 'uid2').map(([, value]) => value)
  const renewing = Object.values(identity).filter((value) => typeof value === 'string')
  for (const each of [site.log(), ...kept]) expect(found(each, [...canaries, ...renewing])).toEqual([])
})
