import { once } from 'node:events'
import { connect } from 'node:net'
import { encode } from 'next-auth/jwt'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const secret = 'the-secret-of-this-site'.padEnd(32, '.')
let site: Site
beforeAll(async () => {
  site = await startSite({ env: { NEXTAUTH_SECRET: secret } })
})
afterAll(() => site.stop())

describe('S22: what next-auth offers beyond what the site uses', () => {
  it.each(['_log', 'session', 'verify-request', 'error/x', 'callback/nothing', 'signin/nothing'])(
    'POST /api/auth/%s is not there, and leaves nothing in the log',
    async (path) => {
      const body = JSON.stringify({ level: 'error', code: `canary ${path}`, message: 'canary'.repeat(2000) })
      const answer = await visitor(site).post(`/api/auth/${path}`, body, { origin: 'https://evil.example' })
      expect([answer.status, await answer.json()]).toEqual([
        404,
        { error: 'not_found', message: expect.any(String) },
      ])
      expect(answer.headers.get('cache-control')).toBe('private, no-store')
      expect(answer.headers.getSetCookie()).toEqual([])
      expect(site.log()).not.toContain('canary')
    },
  )
})

it('S23: 500 bad cookies write a line, and the next one after ten seconds its count', async () => {
  const bad = () => visitor(site, new Map([['uid2', 'Fe26.2*bad']])).identity()
  const lines = () =>
    site
      .log()
      .split('\n')
      .filter((line) => line.includes('identity_not_opened'))
  for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 25 }, bad))
  await until(() => lines().length > 0)
  expect(lines().length).toBeLessThanOrEqual(2)
})

it.each([
  ['/api/choice', 'application/json'],
  ['/api/identity', 'application/json'],
  ['/api/sign-in/ask', 'application/x-www-form-urlencoded'],
  ['/api/auth/signout', 'application/x-www-form-urlencoded'],
  ['/sandbox/operator/v2/token/generate', 'text/plain'],
  ['/sandbox/exchange/openrtb2/auction', 'text/plain'],
])('S23: an upload to %s that breaks off leaves no stack in the log', async (path, type) => {
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${new URL(site.origin).host}`,
    `Origin: ${site.origin}`,
    `Content-Type: ${type}`,
    'Content-Length: 1000',
    // The server says when it has begun to read.
    'Expect: 100-continue',
  ]
  for (let i = 0; i < 10; i++) {
    const socket = connect(site.port, '127.0.0.1')
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    await once(socket, 'data')
    socket.write('{')
    socket.destroy()
    await visitor(site).identity()
  }
  expect(site.log()).not.toMatch(/aborted|ECONNRESET|\n\s+at /)
})

it('S20: of two session cookies the same one counts for every route', async () => {
  const session = (sid: string, address: string) =>
    encode({
      token: { sub: `demo:${sid}`, sid, dii: { kind: 'email', value: address }, otherDii: [] },
      secret,
    })
  const cookie = `lantern-session=${await session('a', 'ann@example.com')}; lantern-session=${await session('b', 'bob@example.com')}`
  const headers = { cookie }
  expect(await (await visitor(site).fetch('/api/auth/session', { headers })).json()).toMatchObject({
    user: { name: 'b•••@example.com' },
  })
  expect(await (await visitor(site).fetch('/privacy', { headers })).text()).toContain('b•••@example.com')
})
