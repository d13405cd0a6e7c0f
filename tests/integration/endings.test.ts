import { randomBytes } from 'node:crypto'
import { sealData, unsealData } from 'iron-session'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { keep, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const password = 'the-password-of-this-test-'.repeat(2)

let operator: TestOperator
let site: Site

beforeAll(async () => {
  operator = await testOperator()
  site = await startSite({ env: { ...operator.env, UID2_TIMEOUT_MS: '30000', SESSION_PASSWORD: password } })
})
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await operator.set({})
  await site.stop()
  await operator.close()
})

async function dueReader(email: string) {
  const reader = visitor(site)
  await reader.signIn({ email })
  expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
  return reader
}

/** Holds the next refresh at the operator, with a POST of the reader waiting for it. */
async function holdRefresh(reader: ReturnType<typeof visitor>) {
  await operator.set({ lifetimes: dueAtOnce, faults: [{ on: 'refresh', kind: 'hang', times: 1 }] })
  const late = reader.twin()
  const answer = late.ensure()
  await until(async () => (await operator.calls()).refresh === 1)
  return { late, answer, release: () => operator.set({ lifetimes: dueAtOnce }) }
}

/** Gives the reader a refresh token that the operator does not know. */
async function corruptRefreshToken(reader: ReturnType<typeof visitor>) {
  const sealed = await unsealData<{ identity: object }>(reader.jar.get('uid2') ?? '', { password })
  const identity = { ...sealed.identity, refresh_token: `AAAAAGYQ${randomBytes(285).toString('base64')}` }
  reader.jar.set('uid2', await sealData({ ...sealed, identity }, { password }))
}

describe('while a refresh is held open', () => {
  it('N4: signing out is final: the late answer brings nothing back', async () => {
    const reader = await dueReader('signs-out@example.com')
    const { late, answer, release } = await holdRefresh(reader)
    expect((await reader.signOut()).status).toBe(204)
    await release()
    expect(await answer).toMatchObject({ status: 'signed_out' })
    // Even a browser that kept every cookie of before, and the late one, is signed out.
    expect(await late.identity()).toMatchObject({ status: 'signed_out' })
    expect(await late.ensure()).toMatchObject({ status: 'signed_out' })
    expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
  })

  it('K6: withdrawing is final', async () => {
    const reader = await dueReader('withdraws@example.com')
    const { late, answer, release } = await holdRefresh(reader)
    expect(await reader.choose('denied')).toMatchObject({ status: 'denied' })
    await release()
    const seen = await answer
    expect(seen).toMatchObject({ status: 'denied' })
    expect(JSON.stringify(seen)).not.toContain('advertisingToken')
    expect(await late.identity()).toMatchObject({ status: 'denied' })
    expect([...late.jar.keys()]).not.toContain('uid2')
  })

  it('U3: an opt-out that another device hears is final', async () => {
    const email = 'opts-out-elsewhere@example.com'
    const phone = await dueReader(email)
    const laptop = await dueReader(email)
    await operator.set({
      lifetimes: dueAtOnce,
      faults: [
        { on: 'refresh', kind: 'hang', times: 1 },
        { on: 'refresh', kind: 'optout', times: 1 },
      ],
    })
    const late = laptop.ensure()
    await until(async () => (await operator.calls()).refresh === 1)
    expect(await phone.ensure()).toMatchObject({ status: 'opted_out' })
    await operator.set({ lifetimes: dueAtOnce })
    expect(await late).toMatchObject({ status: 'opted_out' })
    expect(await laptop.identity()).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(0)
  })
})

describe('generate', () => {
  it.each(['denied', 'signed_out'] as const)('U25: does not begin once %s is on record', async (end) => {
    const reader = await dueReader(`then-${end}@example.com`)
    await corruptRefreshToken(reader)
    // The answer, that this refresh token is none, is held until the reader has decided otherwise.
    await operator.set({ faults: [{ on: 'refresh', latencyMs: 600_000 }] })
    const late = reader.twin().ensure()
    await until(async () => (await operator.calls()).refresh === 1)
    if (end === 'denied') await reader.choose('denied')
    else await reader.signOut()
    const before = (await operator.calls()).generate
    await operator.release()
    expect(await late).toMatchObject({ status: end })
    expect((await operator.calls()).generate).toBe(before)
  })
})

describe('a withdrawal', () => {
  it('K6: voids every cookie from before it, also after another yes', async () => {
    const reader = await dueReader('yes-no-yes@example.com')
    const old = reader.jar.get('uid2') ?? ''
    await reader.choose('denied')
    await operator.set({})
    expect(await reader.choose('granted')).toMatchObject({ status: 'available' })
    reader.jar.set('uid2', old)
    expect(await reader.identity()).toMatchObject({ status: 'refreshing' })
  })

  it('is taken also after too many requests', async () => {
    const reader = await dueReader('many@example.com')
    const statuses = await Promise.all(Array.from({ length: 40 }, () => reader.twin().post('/api/identity')))
    expect(statuses.map(({ status }) => status)).toContain(429)
    expect((await reader.post('/api/choice', { advertising: 'denied' })).status).toBe(429)
    expect(await reader.identity()).toMatchObject({ status: 'denied' })
  })
})

describe('signing out', () => {
  it('N4: a GET /api/auth/session that is under way brings no session back, and sets no cookie', async () => {
    const reader = await dueReader('session-race@example.com')
    const before = new Map(reader.jar)
    const reads = Array.from({ length: 20 }, () => reader.twin().fetch('/api/auth/session'))
    const out = reader.signOut()
    const answers = await Promise.all(reads)
    await out
    for (const answer of answers) {
      expect(answer.headers.getSetCookie()).toEqual([])
      for (const cookie of answer.headers.getSetCookie()) keep(reader.jar, cookie)
    }
    expect(await reader.identity()).toMatchObject({ status: 'signed_out' })
    const revived = visitor(site, before)
    expect(await revived.identity()).toMatchObject({ status: 'signed_out' })
    expect(await (await revived.fetch('/api/auth/session')).json()).toEqual({})
  })

  it('leaves no cookie of the reader behind', async () => {
    const reader = await dueReader('leaves@example.com')
    await reader.signOut()
    expect([...reader.jar.keys()]).toEqual([])
  })

  it('through next-auth’s own endpoint ends the session for good too', async () => {
    const reader = await dueReader('next-auth-sign-out@example.com')
    const before = new Map(reader.jar)
    const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    await reader.fetch('/api/auth/signout', {
      method: 'POST',
      body: new URLSearchParams({ csrfToken, json: 'true' }),
    })
    expect(await visitor(site, before).identity()).toMatchObject({ status: 'signed_out' })
  })
})

describe('an account switch', () => {
  it('S1, N19: the identity of one sign-in counts for no other', async () => {
    const a = await dueReader('a@example.com')
    const cookieOfA = a.jar.get('uid2') ?? ''
    await a.signOut()
    const b = visitor(site)
    await b.signIn({ email: 'b@example.com' })
    b.jar.set('uid2', cookieOfA)
    expect(await b.identity()).toMatchObject({ status: 'no_choice' })
    expect(b.jar.has('uid2')).toBe(false)
  })

  it('S9: the same reader signing in again gets a session of their own, and keeps the choice', async () => {
    const first = await dueReader('again@example.com')
    const cookie = first.jar.get('uid2') ?? ''
    const second = visitor(site)
    await second.signIn({ email: 'again@example.com' })
    second.jar.set('uid2', cookie)
    expect(await second.identity()).toMatchObject({ status: 'refreshing' })
    expect(await second.ensure()).toMatchObject({ status: 'available' })
  })
})

describe('refresh outcomes (U2)', () => {
  it('an opt-out on refresh ends the identity and is remembered', async () => {
    const reader = await dueReader('refresh-optout@example.com')
    expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
    expect(reader.jar.has('uid2')).toBe(false)
    await reader.signIn({ email: 'refresh-optout@example.com' })
    await reader.choose('granted')
    expect(await reader.ensure()).toMatchObject({ status: 'opted_out' })
    expect((await operator.calls()).generate).toBe(1)
  })

  it('a refusal that is our own fault costs no valid token', async () => {
    const reader = await dueReader('our-fault@example.com')
    await operator.set({ faults: [{ on: 'refresh', status: 401 }] })
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
  })

  it('a refresh token that the operator does not take is dropped, and a new token generated', async () => {
    const reader = await dueReader('invalid-refresh@example.com')
    await corruptRefreshToken(reader)
    await operator.set({})
    expect(await reader.ensure()).toMatchObject({ status: 'available' })
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
  })
})
