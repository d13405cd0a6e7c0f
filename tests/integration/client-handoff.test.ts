import { unsealData } from 'iron-session'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { crawl, payloadOf } from '../support/crawl.ts'
import { dueAtOnce, setSandbox, type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const password = 'client-hand-off-password'.padEnd(40, '.')
const secrets = {
  SESSION_PASSWORD: password,
  NEXTAUTH_SECRET: 'client-hand-off-secret'.padEnd(40, '.'),
  CHOICES_PEPPER: 'client-hand-off-pepper'.padEnd(40, '.'),
}
const live = '/live/what-lighthouses-measured'
const euidConsent = { tcf: 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA', gdprApplies: true }
const fields = [
  'advertising_token',
  'identity_expires',
  'refresh_expires',
  'refresh_from',
  'refresh_response_key',
  'refresh_token',
]

describe.each(['uid2', 'euid'] as const)('client hand-off of %s', (product) => {
  let operator: TestOperator
  let site: Site
  beforeAll(async () => {
    operator = await testOperator(product)
    const env = { ...operator.env, ...secrets, UID2_PRODUCT: product, UID2_HANDOFF: 'client' }
    site = await startSite({ env })
  })
  beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
  afterAll(async () => {
    await site.stop()
    await operator.close()
  })

  let people = 0
  const given = async (answer: Promise<unknown>) => (await answer) as Record<string, unknown>
  async function consenting(email = `client-${people++}@example.com`) {
    const reader = visitor(site)
    await reader.signIn({ email })
    const signals = product === 'euid' ? { signals: euidConsent } : {}
    const answer = await reader.post('/api/choice', { advertising: 'granted', ...signals })
    return { reader, first: (await answer.json()) as Record<string, unknown> }
  }
  const sealed = async (reader: Visitor) =>
    (await unsealData<{ identity: Record<string, unknown> }>(reader.jar.get(product) ?? '', { password }))
      .identity

  it('gives the browser what the operator gave, in six fields beside the rest, by API, page and payload', async () => {
    const { reader, first } = await consenting()
    const identity = await sealed(reader)
    expect(first).toEqual({
      status: 'available',
      now: expect.any(Number),
      advertisingToken: identity.advertising_token,
      identityExpires: identity.identity_expires,
      refreshFrom: identity.refresh_from,
      source: product === 'euid' ? 'euid.eu' : 'uidapi.com',
      identity,
      ...(product === 'euid' && { consent: euidConsent }),
    })
    expect(Object.keys(identity).sort()).toEqual(fields)
    for (const page of [await reader.fetch(live), await payloadOf(reader, live)])
      expect(await page.text()).toContain(String(identity.refresh_token))
  })

  it('U11: serves the very same again and again, due as it is: nothing but the browser renews it', async () => {
    const { reader, first } = await consenting()
    await operator.set({ lifetimes: dueAtOnce })
    for (const path of ['/', live, '/privacy', live]) await (await reader.fetch(path)).text()
    for (const ask of [reader.identity, reader.ensure, reader.identity])
      expect(await given(ask())).toMatchObject({ status: 'available', identity: first.identity })
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
  })

  it('renews an expired one when the browser waits for it, and not on the way to a page', async () => {
    await operator.set({ lifetimes: { identityMs: 1, refreshFromMs: 1, refreshMs: 86_400_000 } })
    const { reader, first } = await consenting()
    const twin = reader.twin()
    expect(first).toMatchObject({ status: 'refreshing' })
    await operator.set({ lifetimes: dueAtOnce })
    for (const path of [live, '/']) await (await reader.fetch(path)).text()
    expect((await operator.calls()).refresh).toBe(0)
    for (const ask of [reader.identity, twin.ensure])
      expect(Object.keys((await given(ask())).identity as object).sort()).toEqual(fields)
    expect((await operator.calls()).refresh).toBe(1)
  })

  it('generates again when the token cannot be refreshed any more', async () => {
    await operator.set({ lifetimes: { identityMs: 1, refreshFromMs: 1, refreshMs: 1 } })
    const { reader } = await consenting()
    await operator.set({ lifetimes: dueAtOnce })
    expect(await given(reader.ensure())).toMatchObject({ status: 'available' })
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  })

  it('asked to look again, the server makes one call, and records the opt-out that it hears itself', async () => {
    const { reader } = await consenting()
    await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'optout' }] })
    const recheck = async () => (await reader.post('/api/identity', { recheck: true })).json()
    expect(await recheck()).toEqual({ status: 'opted_out', now: expect.any(Number) })
    expect(await recheck()).toMatchObject({ status: 'opted_out' })
    expect(reader.jar.has(product)).toBe(false)
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
  })

  it('and believes no browser: where the operator knows of no opt-out there is none', async () => {
    const { reader, first } = await consenting()
    await operator.set({ lifetimes: dueAtOnce })
    const answer = (await (await reader.post('/api/identity', { recheck: true })).json()) as typeof first
    expect(answer).toMatchObject({ status: 'available' })
    expect(answer.identity).not.toEqual(first.identity)
    expect((await operator.calls()).refresh).toBe(1)
  })

  it('U10: keys, secrets and the address stay where they were', async () => {
    const email = `zq9canary-${product}@example.com`
    const { reader, first } = await consenting(email)
    const texts = [JSON.stringify(first), JSON.stringify(await reader.ensure())]
    await crawl(
      () => reader,
      () => {},
    )
    for (const path of [live, '/choice', '/privacy', '/sign-in', '/', '/api/site', '/api/auth/session'])
      for (const answer of [await reader.fetch(path), await reader.fetch(path, { headers: { rsc: '1' } })])
        texts.push(JSON.stringify([...answer.headers]) + (await answer.text()))
    const hash = Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(email)))
    const canaries = [
      ...[sandboxPublisher.apiKey, sandboxPublisher.clientSecret, ...Object.values(secrets), email],
      ...(['base64', 'base64url', 'hex'] as const).map((encoding) => hash.toString(encoding)),
    ]
    expect(texts.filter((text) => text.includes('refresh_response_key')).length).toBeGreaterThan(2)
    for (const canary of canaries)
      for (const text of texts)
        expect([canary, encodeURIComponent(canary)].some((form) => text.includes(form))).toBe(false)
    const kept = [...reader.jar].filter(([name]) => name !== product).map(([, value]) => value)
    for (const text of [site.log(), ...kept])
      for (const secret of [
        ...canaries,
        ...Object.values(first.identity as object).filter((it) => typeof it === 'string'),
      ])
        expect(text.includes(String(secret))).toBe(false)
  })
})

it('client hand-off of the sandbox tells the browser where to renew, and leaves the calls to it', async () => {
  const site = await startSite({ env: { UID2_HANDOFF: 'client' } })
  await setSandbox(site, {})
  await setSandbox(site, { lifetimes: dueAtOnce })
  const settings = (await (await fetch(`${site.origin}/api/site`)).json()) as object
  expect(settings).toMatchObject({ clientRefresh: { operatorUrl: '/sandbox/operator' } })
  const reader = visitor(site)
  await reader.signIn({ email: 'client-sandbox@example.com' })
  await reader.choose('granted')
  await (await reader.fetch(live)).text()
  expect(await reader.ensure()).toMatchObject({ status: 'available' })
  const { calls } = (await (await fetch(`${site.origin}/sandbox/operator/faults`)).json()) as {
    calls: object
  }
  expect(calls).toMatchObject({ generate: 1, refresh: 0 })
  await site.stop()
})
