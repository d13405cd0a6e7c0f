import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import {
  createAppSession,
  identityStateOf,
  type ProtectedStore,
  RefusedError,
} from '../../docs/sign-in/native-app.ts'
import { dueAtOnce, setSandbox } from '../support/operator.ts'
import { codeIn, outbox, secretIn } from '../support/outbox.ts'
import { type Site, startSite } from '../support/site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite({ env: { UID2_TIMEOUT_MS: '30000' } })
})
afterAll(() => site.stop())
beforeEach(() => operator({}))

const operator = (state: object) => setSandbox(site, state)

let numbers = 0
const number = () => `+1 234 567 ${String(1000 + numbers++)}`

describe('an app that holds the session itself', () => {
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
  let time = 0
  const app = (store: ProtectedStore) => createAppSession({ origin: site.origin, store, clock: () => time })
  const question = 'May we use your number for ads?'

  async function signedIn(store = device()) {
    const session = app(store)
    await session.ask('phone', number())
    await session.finish(codeIn(await outbox(site, store.value ?? '')))
    return session
  }
  const refusal = async (promise: Promise<unknown>): Promise<RefusedError> => {
    const error = await promise.catch((reason: unknown) => reason)
    if (!(error instanceof RefusedError)) throw error
    return error
  }

  beforeEach(() => {
    time = 5000
  })

  it('signs in by code, says yes, and has a token with times of its own clock', async () => {
    const store = device()
    const session = app(store)
    expect(await session.read()).toEqual({ status: 'signed_out', token: null, callAt: null })
    await session.ask('phone', number())
    await session.finish(codeIn(await outbox(site, store.value ?? '')))
    expect(await session.read()).toEqual({ status: 'no_choice', token: null, callAt: null })
    await operator({ lifetimes: { identityMs: 3_600_000, refreshFromMs: 900_000, refreshMs: 86_400_000 } })
    const { status, token, callAt } = await session.choose('granted', question)
    expect(status).toBe('available')
    expect(token).toMatchObject({ value: expect.stringMatching(/^\S{100,}$/), source: 'uidapi.com' })
    expect(token?.endsAt).toBeGreaterThan(5000 + 3_540_000)
    expect(token?.endsAt).toBeLessThanOrEqual(5000 + 3_600_000)
    expect(callAt).toBeGreaterThan(5000 + 840_000)
    expect(callAt).toBeLessThanOrEqual(5000 + 900_000)
  })

  it('signs in by the secret of a mailed link, which the app opened in the browser’s place', async () => {
    const store = device()
    const session = app(store)
    await session.ask('email', 'app@example.com')
    await session.finish(secretIn(await outbox(site, store.value ?? '')))
    expect(await session.read()).toMatchObject({ status: 'no_choice' })
  })

  it('calls again when a token is due, and goes on after a restart with what the store holds', async () => {
    const store = device()
    const session = await signedIn(store)
    await operator({ lifetimes: dueAtOnce })
    const first = await session.choose('granted', question)
    const second = await app(device(store.value)).update()
    expect(second.status).toBe('available')
    expect(second.token?.value).not.toBe(first.token?.value)
  })

  it('a call that is under way at sign-out cannot put the session back', async () => {
    const store = device()
    const session = await signedIn(store)
    await operator({ lifetimes: dueAtOnce })
    await session.choose('granted', question)
    await operator({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', latencyMs: 300 }] })
    await Promise.all([session.update(), session.signOut()])
    expect(store.value).toBeNull()
  })

  it('signs out for good: the store is empty, and a copy of what it held gets nothing', async () => {
    const store = device()
    const session = await signedIn(store)
    await session.choose('granted', question)
    const copy = device(store.value)
    await session.signOut()
    expect(store.value).toBeNull()
    expect(await app(copy).update()).toEqual({ status: 'signed_out', token: null, callAt: null })
  })

  it('a denial ends the token, and no later call brings it back', async () => {
    const session = await signedIn()
    await session.choose('granted', question)
    expect(await session.choose('denied', question)).toEqual({ status: 'denied', token: null, callAt: null })
    expect(await session.update()).toMatchObject({ status: 'denied', token: null })
  })

  it('hears why a sign-in was not taken', async () => {
    const store = device()
    const session = app(store)
    expect(await refusal(session.ask('phone', '020 7946 0018'))).toMatchObject({
      status: 422,
      problem: 'bad_phone',
    })
    expect(await refusal(session.finish('123456'))).toMatchObject({ status: 422, problem: 'no_request' })
    await session.ask('phone', number())
    expect(await refusal(session.finish('no code'))).toMatchObject({ status: 422, problem: 'wrong_secret' })
  })

  it('hears how long to wait when there were too many messages', async () => {
    const session = app(device())
    const same = number()
    for (let sent = 0; sent < 5; sent++) await session.ask('phone', same)
    const { status, retryAfter } = await refusal(session.ask('phone', same))
    expect(status).toBe(429)
    expect(retryAfter).toBeGreaterThan(0)
    expect(retryAfter).toBeLessThanOrEqual(3600)
  })

  it.each<[string, number | null]>([
    ['refreshing', 5000],
    ['unavailable', 35_000],
    ['opted_out', null],
    ['unsupported', null],
    ['gpc', null],
  ])('%s: is a state without a token; the next call is at %j', (status, callAt) => {
    expect(identityStateOf({ status, now: 1 }, 5000)).toMatchObject({ status, token: null, callAt })
  })

  it('a token that is over already is not taken for one that lives', () => {
    const identity = { status: 'available', now: 9, identityExpires: 8, refreshFrom: 7 }
    const { token } = identityStateOf({ ...identity, advertisingToken: 'x', source: 'uidapi.com' }, 5000)
    expect(token?.endsAt).toBe(5000)
  })
})

describe('the site itself gives other origins nothing', () => {
  const calls = [
    ['POST', '/api/sign-in/ask'],
    ['POST', '/api/sign-in/finish'],
    ['POST', '/api/choice'],
    ['POST', '/api/identity'],
    ['POST', '/api/sign-out'],
  ] as const

  it.each(calls)('%s %s is refused without proof, and with a wrong one', async (method, path) => {
    for (const headers of [
      {},
      { origin: 'https://other.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: site.origin, 'sec-fetch-site': 'cross-site' },
      { origin: site.origin, 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      const answer = await fetch(`${site.origin}${path}`, {
        method,
        headers: { accept: 'application/json', ...headers },
      })
      expect(answer.status, JSON.stringify(headers)).toBe(403)
      expect(await answer.json()).toMatchObject({ error: 'cross_site' })
      expect(answer.headers.getSetCookie()).toEqual([])
    }
  })

  it.each([...calls, ['GET', '/api/identity'] as const])(
    'a browser’s preflight for %s %s gets no permission, nor does an answer give any',
    async (method, path) => {
      const headers = { origin: 'https://other.example' }
      const asked = { ...headers, 'access-control-request-method': method }
      for (const answer of [
        await fetch(`${site.origin}${path}`, { method: 'OPTIONS', headers: asked }),
        await fetch(`${site.origin}${path}`, { method, headers }),
      ])
        expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    },
  )
})
