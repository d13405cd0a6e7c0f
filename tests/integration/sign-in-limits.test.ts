import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { type Asker, asker } from '../support/proof.ts'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const facebook = { AUTH_FACEBOOK_ID: 'id', AUTH_FACEBOOK_SECRET: 'secret' }
const shared = {
  NEXTAUTH_SECRET: 'n'.repeat(32),
  SESSION_PASSWORD: 's'.repeat(32),
  CHOICES_PEPPER: 'p'.repeat(32),
  TRUST_PROXY_HOPS: '1',
}
let postgres: TestPostgres
let alone: Site
let behindProxy: Site

beforeAll(async () => {
  postgres = await startPostgres()
  alone = await startSite({ env: facebook })
  behindProxy = await startSite({ env: { ...facebook, TRUST_PROXY_HOPS: '1' } })
})
afterAll(async () => {
  await Promise.all([alone.stop(), behindProxy.stop()])
  await postgres.stop()
})

let people = 0
const somebody = () => `limited-${people++}@example.com`
const askFor = (reader: Asker, value = somebody(), headers = {}) =>
  reader.step('ask', { kind: 'email', value }, headers)
const times = async (count: number, run: (i: number) => Promise<Response>) => {
  const statuses: number[] = []
  for (let i = 0; i < count; i++) statuses.push((await run(i)).status)
  return statuses
}
const all = (count: number, status: number) => Array<number>(count).fill(status)

async function refused(answer: Response) {
  expect(answer.status).toBe(429)
  const seconds = Number(answer.headers.get('retry-after'))
  expect(Number.isInteger(seconds)).toBe(true)
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(3600)
  expect(answer.headers.get('cache-control')).toBe('private, no-store')
  expect(answer.headers.getSetCookie()).toEqual([])
  return answer.text()
}

describe('the 21st message that one address asks for', () => {
  it('is not sent: 429 for script, and a page with words for everyone else', async () => {
    const reader = asker(behindProxy)
    expect(await times(20, () => askFor(reader))).toEqual(all(20, 200))
    const json = JSON.parse(await refused(await askFor(reader))) as object
    expect(json).toEqual({
      error: 'rate_limited',
      message: expect.stringMatching(/^That was too many tries\. Please wait \d+ minutes, then try again\.$/),
    })
    const html = await refused(await reader.form('ask', { kind: 'email', value: somebody() }))
    expect(html).toMatch(/<p>That was too many tries\. Please wait \d+ minutes/)
    // What came before still works, as does whoever asks from elsewhere.
    expect((await askFor(asker(behindProxy))).status).toBe(200)
    expect((await reader.form('demo', { kind: 'email', value: somebody() })).status).toBe(303)
  })

  it('is not, however the client spells its address, when there is no proxy', async () => {
    const spellings = (i: number) => ({
      'x-forwarded-for': `203.0.113.${i}`,
      'x-real-ip': `203.0.113.${i}`,
      forwarded: `for=203.0.113.${i}`,
      'true-client-ip': `203.0.113.${i}`,
    })
    const statuses = await times(25, (i) => askFor(asker(alone), somebody(), spellings(i)))
    expect(statuses).toEqual([...all(20, 200), ...all(5, 429)])
  })

  it('is not, whatever precedes the trusted proxy’s entry', async () => {
    const statuses = await times(25, (i) =>
      askFor(asker(behindProxy), somebody(), { 'x-forwarded-for': `203.0.113.${i}, 192.0.2.9` }),
    )
    expect(statuses).toEqual([...all(20, 200), ...all(5, 429)])
  })
})

describe('the sixth message to one receiver within an hour', () => {
  it('is not sent, from any network and for any spelling of the mailbox', async () => {
    const spellings = [
      'Victim@Example.com',
      'victim+a@example.com',
      'v.i.c.t.i.m@example.com',
      ' VICTIM+b+c@EXAMPLE.COM',
      'vic.tim+x@example.com',
    ]
    expect(await times(5, (i) => askFor(asker(behindProxy), spellings[i]))).toEqual(all(5, 200))
    for (const spelling of ['victim@example.com', 'v.ictim+new@example.com'])
      await refused(await askFor(asker(behindProxy), spelling))
    expect((await askFor(asker(behindProxy), 'victim@example.org')).status).toBe(200)
  })

  it('nor however the number is', async () => {
    const spellings = [
      '+44 20 7946 0018',
      '+44 (0)20 7946 0018',
      '+442079460018',
      '＋４４２０７９４６００１８',
      'tel:+44-20-7946-0018',
    ]
    const ask = (value = '+44.20.7946.0018') => asker(behindProxy).step('ask', { kind: 'phone', value })
    expect(await times(5, (i) => ask(spellings[i]))).toEqual(all(5, 200))
    await refused(await ask())
  })

  it('of 20 that ask at once, five are sent', async () => {
    const email = somebody()
    const answers = await Promise.all(Array.from({ length: 20 }, () => askFor(asker(behindProxy), email)))
    expect(answers.map(({ status }) => status).sort()).toEqual([...all(5, 200), ...all(15, 429)])
  })
})

describe('the 31st attempt of one address', () => {
  it('is rejected on every route, also with the right secret; the demo goes on', async () => {
    const reader = asker(behindProxy)
    const secret = await reader.ask(somebody())
    const provider = () => reader.step('provider', { provider: 'facebook' })
    expect(await times(10, provider)).toEqual(all(10, 200))
    const others = asker(behindProxy)
    const fromSame = { 'x-forwarded-for': '192.0.2.77' }
    expect(await times(30, () => others.step('finish', { secret: 'x' }, fromSame))).toEqual(all(30, 422))
    for (const answer of [
      await reader.step('finish', { secret }, fromSame),
      await reader.form('provider', { provider: 'facebook' }, fromSame),
    ])
      await refused(answer)
    // next-auth's own routes are the same door.
    const { csrfToken } = (await (await reader.fetch('/api/auth/csrf')).json()) as { csrfToken: string }
    for (const path of ['/api/auth/callback/proof', '/api/auth/signin/facebook'])
      for (const accept of ['application/json', 'text/html']) {
        const body = new URLSearchParams({ csrfToken, secret, json: 'true' })
        const said = await refused(
          await reader.fetch(path, { method: 'POST', body, headers: { accept, ...fromSame } }),
        )
        expect(said).toContain(accept === 'text/html' ? '<h1>' : '"rate_limited"')
      }
    const demo = () => reader.form('demo', { kind: 'email', value: somebody() }, fromSame)
    expect(await times(40, demo)).toEqual(all(40, 303))
    expect((await reader.signIn({ email: somebody() })).status).toBe(200)
    // Nothing was burnt: from elsewhere it still works.
    expect((await reader.step('finish', { secret })).status).toBe(200)
  })
})

describe('two instances on one PostgreSQL', () => {
  let sites: [Site, Site]
  beforeAll(async () => {
    const env = { ...shared, DATABASE_URL: await postgres.database() }
    sites = await Promise.all([startSite({ env }), startSite({ env })])
  })
  afterAll(() => Promise.all(sites.map((site) => site.stop())))

  it('what one sends, the other takes, once', async () => {
    const [first, second] = sites
    for (const dii of [somebody(), '+12345678901']) {
      const there = asker(first)
      const secret = await there.ask(dii)
      const readers = Array.from({ length: 10 }, (_, i) => asker(i % 2 ? first : second, new Map(there.jar)))
      const here = asker(second, new Map(there.jar))
      expect((await here.step('finish', { secret: 'wrong' })).status).toBe(422)
      expect((await here.step('finish', { secret })).status).toBe(200)
      const late = await Promise.all(readers.map((reader) => reader.step('finish', { secret })))
      expect(late.map(({ status }) => status)).toEqual(all(10, 422))
      expect(await here.identity()).toMatchObject({ status: 'no_choice' })
    }
  })

  it('of ten uses at once at both, one signs in', async () => {
    const [first, second] = sites
    const there = asker(first)
    const secret = await there.ask(somebody())
    const readers = Array.from({ length: 10 }, (_, i) => asker(i % 2 ? first : second, new Map(there.jar)))
    const answers = await Promise.all(readers.map((reader) => reader.step('finish', { secret })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...all(9, 422)])
  })

  it('count together', async () => {
    const [first, second] = sites
    const from = { 'x-forwarded-for': '192.0.2.10' }
    const ask = (i: number) => askFor(asker(i % 2 ? first : second), somebody(), from)
    expect(await times(24, ask)).toEqual([...all(20, 200), ...all(4, 429)])
    const victim = somebody()
    const flood = (i: number) => askFor(asker(i % 2 ? first : second), victim)
    expect(await times(7, flood)).toEqual([...all(5, 200), ...all(2, 429)])
    const guess = (i: number) => asker(i % 2 ? first : second).step('finish', { secret: 'x' }, from)
    expect(await times(32, guess)).toEqual([...all(30, 422), ...all(2, 429)])
  })
})

describe('while the store is down', () => {
  it('nothing is sent and no secret signs in, with a message; pages and limits stay up', async () => {
    const own = await startPostgres()
    const site = await startSite({ env: { ...shared, DATABASE_URL: await own.database() } })
    const [reader, signedIn] = [asker(site), asker(site)]
    const secret = await reader.ask(somebody())
    await signedIn.form('demo', { kind: 'email', value: somebody() })
    await own.stop()

    const asked = await askFor(asker(site))
    expect([asked.status, await asked.json()]).toMatchObject([
      503,
      { error: 'unavailable', problem: 'not_sent' },
    ])
    const finished = await reader.step('finish', { secret })
    expect([finished.status, await finished.json()]).toMatchObject([
      503,
      { error: 'unavailable', problem: 'store_down' },
    ])
    expect(reader.jar.has('lantern-session')).toBe(false)
    const page = await reader.form('finish', { secret })
    expect([page.status, await page.text()]).toEqual([
      503,
      expect.stringContaining('Signing in does not work at the moment.'),
    ])
    for (const path of ['/sign-in', '/sign-in/proof', '/sign-in/outbox', '/', '/privacy'])
      for (const each of [reader, signedIn]) expect((await each.fetch(path)).status, path).toBe(200)

    // Another demo sign-in in the same browser: its earlier session ends as soon as that can be written.
    const again = await signedIn.form('demo', { kind: 'email', value: somebody() })
    expect(again.status).toBe(303)
    expect(await signedIn.identity()).toMatchObject({ status: 'unavailable', reason: 'store' })
    expect(await visitor(site).identity()).toMatchObject({ status: 'signed_out' })

    const flood = await times(30, () => reader.step('finish', { secret }))
    expect([flood[0], flood.at(-1)]).toEqual([503, 429])
    expect(site.log()).not.toMatch(/limited-|unhandled|uncaught/i)
    await site.stop()
  })
})
