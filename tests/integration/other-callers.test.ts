import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createAppSession, type ProtectedStore, RefusedError } from '../../docs/sign-in/native-app.ts'
import { createForwarder } from '../../docs/sign-in/own-server.ts'
import { dueAtOnce, setSandbox } from '../support/operator.ts'
import { outboxOf, secretIn } from '../support/proof.ts'
import { cookieOf, tokenIn, visitor } from '../support/reader.ts'
import { sandboxSite } from '../support/shared-site.ts'
import { freePort } from '../support/site.ts'

const site = await sandboxSite()
const operator = (state: object) => setSandbox(site, state)
beforeEach(() => operator({}))

let numbers = 0
const number = () => `+1 234 567 ${String(1000 + numbers++)}`

describe('a native app that holds the session itself', () => {
  interface Device extends ProtectedStore {
    value: string | null
  }
  const device = (value: string | null = null): Device => ({
    value,
    async load() {
      return this.value
    },
    async save(cookies) {
      this.value = cookies
    },
  })
  const app = (store: ProtectedStore) => createAppSession({ origin: site.origin, store, clock: () => 5000 })
  const question = 'May we use your number for ads?'
  const without = (status: string) => ({ status, token: null, callAt: null })

  async function signedIn(store = device()) {
    const session = app(store)
    await session.ask('phone', number())
    await session.finish(secretIn(await outboxOf(site, store.value ?? '')))
    return session
  }

  it('signs in by code, consents, and has a token with times of its own clock', async () => {
    expect(await app(device()).read()).toEqual(without('signed_out'))
    const session = await signedIn()
    expect(await session.read()).toEqual(without('no_choice'))
    await operator({ lifetimes: { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 86_400_000 } })
    const { status, token, callAt } = await session.choose('granted', question)
    expect(status).toBe('available')
    expect(token).toMatchObject({ value: expect.stringMatching(/^\S{100,}$/), source: 'uidapi.com' })
    expect(token?.endsAt).toBeGreaterThan(5000 + 3_480_000)
    expect(token?.endsAt).toBeLessThanOrEqual(5000 + 3_600_000)
    expect(callAt).toBeLessThanOrEqual(5000 + 900_000)
  })

  it('signs in by the secret of a mailed link, which the app opened instead of the browser', async () => {
    const store = device()
    const session = app(store)
    await session.ask('email', 'app@example.com')
    await session.finish(secretIn(await outboxOf(site, store.value ?? '')))
    expect(await session.read()).toEqual(without('no_choice'))
  })

  it('refreshes a due token, also after a restart with what the store holds', async () => {
    const store = device()
    const session = await signedIn(store)
    await operator({ lifetimes: dueAtOnce })
    const first = await session.choose('granted', question)
    const second = await app(device(store.value)).update()
    expect(second.status).toBe('available')
    expect(second.token?.value).not.toBe(first.token?.value)
  })

  it('signs out for good, also during a call; a copy of what was stored gets nothing', async () => {
    const store = device()
    const session = await signedIn(store)
    await operator({ lifetimes: dueAtOnce })
    await session.choose('granted', question)
    const copy = device(store.value)
    await operator({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', latencyMs: 300 }] })
    await Promise.all([session.update(), session.signOut()])
    expect(store.value).toBeNull()
    expect(await app(copy).update()).toEqual(without('signed_out'))
  })

  it('ends the token by a denial, and no later call brings it back', async () => {
    const session = await signedIn()
    await session.choose('granted', question)
    expect(await session.choose('denied', question)).toEqual(without('denied'))
    expect(await session.update()).toEqual(without('denied'))
  })

  it('is told why a sign-in was refused, and how long to wait after too many messages', async () => {
    const refusal = async (promise: Promise<unknown>): Promise<RefusedError> => {
      const error = await promise.catch((reason: unknown) => reason)
      if (!(error instanceof RefusedError)) throw error
      return error
    }
    const session = app(device())
    const bad = await refusal(session.ask('phone', '020 7946 0018'))
    expect(bad).toMatchObject({ status: 422, problem: 'bad_phone' })
    expect(await refusal(session.finish('123456'))).toMatchObject({ status: 422, problem: 'no_request' })
    const same = number()
    for (let sent = 0; sent < 5; sent++) await session.ask('phone', same)
    const { status, retryAfter } = await refusal(session.ask('phone', same))
    expect(status).toBe(429)
    expect(retryAfter).toBeGreaterThan(0)
  })
})

describe('a front end on another origin, through a server of its own', async () => {
  const port = await freePort()
  const own = `http://localhost:${port}`
  const pass = createForwarder({ site: site.origin, own })
  /** The browser's address, as its connection has it. */
  let peer = '203.0.113.101'
  const server = createServer(async (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const body = method === 'POST' ? await text(incoming) : null
    const request = new Request(`${own}${url}`, { method, headers: headers as Record<string, string>, body })
    const answer = await pass(request, peer)
    outgoing.setHeaders(answer.headers)
    outgoing.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => server.listen(port, resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const ask = (reader = visitor({ origin: own })) =>
    reader.post('/api/sign-in/ask', `${new URLSearchParams({ kind: 'phone', value: number() })}`, form)

  it('signs in by code, consents, has a token, refreshes it, and signs out for good', async () => {
    const reader = visitor({ origin: own })
    expect(await (await ask(reader)).json()).toEqual({ url: '/sign-in/proof' })
    const secret = secretIn(await outboxOf(site, cookieOf(reader)))
    await reader.post('/api/sign-in/finish', `${new URLSearchParams({ secret })}`, form)
    expect([...reader.jar.keys()]).toEqual(['lantern-session'])
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
    await operator({ lifetimes: dueAtOnce })
    const answer = await reader.post('/api/choice', { advertising: 'granted' })
    expect(answer.headers.getSetCookie().join()).toMatch(/^uid2=[^;]+;.*HttpOnly/i)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(answer.headers.get('vary')).toContain('Cookie')
    expect(tokenIn(await reader.ensure())).not.toBe(tokenIn(await answer.json()))
    const gpc = await reader.twin().fetch('/api/identity', { headers: { 'sec-gpc': '1' } })
    expect(await gpc.json()).toMatchObject({ status: 'gpc' })
    const copy = reader.twin()
    expect((await reader.signOut()).status).toBe(204)
    expect([...reader.jar.keys()]).toEqual([])
    expect(await copy.ensure()).toMatchObject({ status: 'signed_out' })
  })

  it('has its readers counted one by one', async () => {
    peer = '203.0.113.77'
    for (let sent = 0; sent < 20; sent++) expect((await ask()).status).toBe(200)
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    peer = '203.0.113.78'
    expect((await ask()).status).toBe(200)
  })
})
