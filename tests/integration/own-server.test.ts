import { createServer, type IncomingMessage, type Server } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createForwarder } from '../../docs/sign-in/own-server.ts'
import { dueAtOnce, setSandbox } from '../support/operator.ts'
import { codeIn, outbox } from '../support/outbox.ts'
import { visitor } from '../support/reader.ts'
import { freePort, type Site, startSite } from '../support/site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite({ env: { TRUST_PROXY_HOPS: '1', UID2_TIMEOUT_MS: '30000' } })
})
afterAll(() => site.stop())
beforeEach(() => operator({}))

const operator = (state: object) => setSandbox(site, state)

let numbers = 0
const number = () => `+1 234 567 ${String(1000 + numbers++)}`

describe('a front end on another origin, through a server of its own', () => {
  let server: Server
  let own: string
  let seen: IncomingMessage['headers'] = {}
  let recorder: Server
  /** The browser's address, as its connection has it. */
  let peer = '203.0.113.1'

  const listen = async (forwarder: (own: string) => ReturnType<typeof createForwarder>) => {
    const port = await freePort()
    const origin = `http://localhost:${port}`
    const pass = forwarder(origin)
    const started = createServer(async (incoming, outgoing) => {
      const { method = 'GET', url = '/', headers } = incoming
      const request = new Request(`${origin}${url}`, {
        method,
        headers: headers as Record<string, string>,
        ...(method === 'POST' && { body: await text(incoming) }),
      })
      const answer = await pass(request, peer)
      outgoing.writeHead(answer.status, [
        ...[...answer.headers].filter(([name]) => name !== 'set-cookie').flat(),
        ...answer.headers.getSetCookie().flatMap((cookie) => ['set-cookie', cookie]),
      ])
      outgoing.end(Buffer.from(await answer.arrayBuffer()))
    })
    await new Promise<void>((resolve) => started.listen(port, resolve))
    return { started, origin }
  }
  const close = (open: Server) =>
    new Promise((resolve) => {
      open.closeAllConnections()
      open.close(resolve)
    })

  beforeAll(async () => {
    const listening = await listen((origin) => createForwarder({ site: site.origin, own: origin }))
    server = listening.started
    own = listening.origin
    recorder = createServer((incoming, outgoing) => {
      seen = incoming.headers
      outgoing.writeHead(200, { 'set-cookie': ['uid2=a', 'tracking=b', 'lantern-csrf=c'] }).end('{}')
    })
    await new Promise<void>((resolve) => recorder.listen(0, resolve))
  })
  afterAll(() => Promise.all([close(server), close(recorder)]))

  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const browser = () => visitor({ origin: own })
  const cookiesOf = (jar: Map<string, string>) => [...jar].map((pair) => pair.join('=')).join('; ')
  const ask = (reader = browser(), value = number()) =>
    reader.post('/api/sign-in/ask', new URLSearchParams({ kind: 'phone', value }).toString(), form)

  async function signedIn() {
    const reader = browser()
    expect(await (await ask(reader)).json()).toEqual({ url: '/sign-in/proof' })
    const secret = codeIn(await outbox(site, cookiesOf(reader.jar)))
    const answer = await reader.post('/api/sign-in/finish', new URLSearchParams({ secret }).toString(), form)
    expect(answer.status).toBe(200)
    return reader
  }

  it('signs in by code, says yes, has a token, refreshes it, and signs out for good', async () => {
    const reader = await signedIn()
    expect([...reader.jar.keys()]).toEqual(['lantern-session'])
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
    await operator({ lifetimes: dueAtOnce })
    const first = await reader.choose('granted')
    expect(first.status).toBe('available')
    const second = await reader.ensure()
    expect(second.status).toBe('available')
    expect(second).not.toMatchObject({
      advertisingToken: 'advertisingToken' in first && first.advertisingToken,
    })
    const twin = reader.twin()
    expect((await reader.signOut()).status).toBe(204)
    expect([...reader.jar.keys()]).toEqual([])
    expect(await twin.ensure()).toMatchObject({ status: 'signed_out' })
  })

  it('its cookies are out of script’s reach and no cache keeps them', async () => {
    const answer = await (await signedIn()).post('/api/choice', { advertising: 'granted' })
    expect(answer.headers.getSetCookie().join()).toMatch(/^uid2=[^;]+;.*HttpOnly/i)
    expect(answer.headers.get('cache-control')).toBe('private, no-store')
    expect(answer.headers.get('vary')).toContain('Cookie')
  })

  it('the reader’s Sec-GPC reaches the site', async () => {
    const reader = await signedIn()
    await reader.choose('granted')
    const answer = await reader.fetch('/api/identity', { headers: { 'sec-gpc': '1' } })
    expect(await answer.json()).toMatchObject({ status: 'gpc' })
  })

  it.each<[string, Record<string, string>]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['the site’s origin', { origin: 'the site' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sister host', { 'sec-fetch-site': 'same-site' }],
  ])('it refuses what %s sends, since the site would take it for its own', async (_, headers) => {
    const reader = await signedIn()
    const forged = headers.origin === 'the site' ? { origin: site.origin } : headers
    expect((await reader.post('/api/choice', { advertising: 'granted' }, forged)).status).toBe(403)
    expect(await reader.identity()).toMatchObject({ status: 'no_choice' })
  })

  it('it refuses what has no proof at all, and what has no length or too much', async () => {
    const pass = createForwarder({ site: site.origin, own })
    const send = (headers: Record<string, string>) =>
      pass(new Request(`${own}/api/choice`, { method: 'POST', headers, body: '{}' }), peer)
    expect((await send({ 'content-length': '2' })).status).toBe(403)
    expect((await send({ origin: own })).status).toBe(413)
    expect((await send({ origin: own, 'content-length': '131073' })).status).toBe(413)
  })

  it('it is no way to anything else of the site', async () => {
    for (const path of ['/', '/privacy', '/api/auth/session', '/sandbox/operator/faults', '/api/identity/..'])
      expect((await browser().fetch(path)).status, path).toBe(404)
    for (const path of ['/api/sign-in/demo', '/api/sign-in/provider', '/api/auth/callback/demo'])
      expect((await browser().post(path)).status, path).toBe(404)
  })

  it('it passes on the session and identity cookies, and nothing else that tells of the reader', async () => {
    const address = recorder.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    const origin = `http://localhost:${address.port}`
    const answer = await createForwarder({ site: origin, own })(
      new Request(`${own}/api/identity`, {
        headers: {
          cookie: '__Host-uid2=1; other=2; __Host-lantern-session.0=3; sign-in=4; not-sign-in=5',
          authorization: 'Bearer 6',
          referer: `${own}/page`,
          'x-forwarded-for': '198.51.100.9',
          'x-forwarded-host': 'evil.example',
          'sec-fetch-site': 'same-origin',
          'user-agent': 'of one reader',
        },
      }),
      peer,
    )
    expect(seen).toMatchObject({
      cookie: '__Host-uid2=1; __Host-lantern-session.0=3; sign-in=4',
      origin,
      'x-forwarded-for': peer,
    })
    for (const name of ['authorization', 'referer', 'x-forwarded-host', 'sec-fetch-site'])
      expect(seen).not.toHaveProperty(name)
    expect(seen['user-agent']).not.toContain('reader')
    expect(answer.headers.getSetCookie()).toEqual(['uid2=a'])
  })

  it('a site that is down is an answer too', async () => {
    const pass = createForwarder({ site: `http://localhost:${await freePort()}`, own })
    expect((await pass(new Request(`${own}/api/identity`), peer)).status).toBe(502)
  })

  it('the site counts its readers one by one', async () => {
    peer = '203.0.113.77'
    for (let sent = 0; sent < 20; sent++) expect((await ask()).status).toBe(200)
    const refused = await ask()
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    peer = '203.0.113.78'
    expect((await ask()).status).toBe(200)
  })
})
