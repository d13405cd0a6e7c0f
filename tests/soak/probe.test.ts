import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { accountSystem, ownSecret, ownSignIn } from '../support/own-sign-in.ts'
import { raw } from '../support/raw.ts'
import { keep, tokenIn, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'
import { buildTimeoutMs, buildVariant } from '../support/variant.ts'

/** Pages beside those of the site: tests/support/probe. */
let operator: TestOperator
let site: Site
let accounts: Awaited<ReturnType<typeof accountSystem>>

beforeAll(async () => {
  operator = await testOperator()
  accounts = await accountSystem()
  const folder = await buildVariant('own-sign-in', ownSignIn)
  const env = { ...operator.env, NEXTAUTH_SECRET: ownSecret, TRUST_PROXY_HOPS: '1', UID2_TIMEOUT_MS: '30000' }
  site = await startSite({ env, folder })
}, buildTimeoutMs)
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

const inElement = (html: string, id: string) => new RegExp(`<i id="${id}">([^<]+)</i>`).exec(html)?.[1]

describe('the request on which the proxy stores a refresh (N2)', () => {
  /** A reader with a finished refresh that the next request through the proxy stores. */
  async function readerWithRefreshToStore(email: string) {
    const reader = visitor(site)
    const account = { id: email, email, email_verified: true }
    keep(reader.jar, await accounts.sessionCookie(account, ownSecret, site.origin))
    const old = tokenIn(await reader.choose('granted'))
    const scout = reader.twin()
    await scout.fetch('/probe/route')
    await until(async () => (await (await scout.twin().fetch('/probe/route')).text()) !== old)
    return { reader, old }
  }

  it('reads the new token in the page, and later in Suspense', async () => {
    const { reader, old } = await readerWithRefreshToStore('page@example.com')
    const html = await (await reader.fetch('/probe')).text()
    expect(inElement(html, 'page')).toMatch(/^A4/)
    expect(inElement(html, 'page')).not.toBe(old)
    expect(inElement(html, 'late')).toBe(inElement(html, 'page'))
  })

  it('reads the new token in a route handler', async () => {
    const { reader, old } = await readerWithRefreshToStore('route@example.com')
    const token = await (await reader.fetch('/probe/route')).text()
    expect(token).toMatch(/^A4/)
    expect(token).not.toBe(old)
  })
})

it('the client’s address is the same in a page, a route, and a route without the proxy (A9)', async () => {
  const textOf = async (path: string, headers: Record<string, string>) =>
    (await raw(site, path, { headers })).text
  for (const [headers, address] of [
    [{ 'X-Forwarded-For': '198.51.100.1, 203.0.113.9', 'X-Real-IP': '192.0.2.1' }, '203.0.113.9'],
    [{ 'X-Peer': '192.0.2.1' }, '127.0.0.1'],
  ] as [Record<string, string>, string][]) {
    expect(inElement(await textOf('/probe/address', headers), 'page')).toBe(address)
    expect(await textOf('/probe/address/route', headers)).toBe(address)
    expect(await textOf('/probe/address/route', { ...headers, 'next-router-prefetch': '1' })).toBe(address)
  }
})

it('an error page shows no details of the error', async () => {
  const answer = await visitor(site).fetch('/probe/broken')
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toMatch(/no reader may see|at Broken|node_modules|\.tsx/)
})
