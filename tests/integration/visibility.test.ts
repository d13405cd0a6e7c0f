import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { dueAtOnce, type TestOperator, testOperator } from '../support/operator.ts'
import { accountSystem, inPlace, inPlaceName, ownSecret } from '../support/own-sign-in.ts'
import { keep, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'
import { buildTimeoutMs, buildVariant } from '../support/variant.ts'

let operator: TestOperator
let site: Site
let accounts: Awaited<ReturnType<typeof accountSystem>>

beforeAll(async () => {
  operator = await testOperator()
  accounts = await accountSystem()
  const folder = await buildVariant(inPlaceName, inPlace)
  const env = { ...operator.env, UID2_TIMEOUT_MS: '30000', NEXTAUTH_SECRET: ownSecret }
  site = await startSite({ env, folder })
}, buildTimeoutMs)
beforeEach(() => operator.set({ lifetimes: dueAtOnce }))
afterAll(async () => {
  await site.stop()
  await operator.close()
})

/** A reader whose refresh has ended but is not stored: the next request of the proxy will store it. */
async function readerWithRefreshToStore(email: string) {
  const reader = visitor(site)
  const account = { id: email, email, email_verified: true }
  keep(reader.jar, await accounts.sessionCookie(account, ownSecret, site.origin))
  const given = await reader.choose('granted')
  if (given.status !== 'available') throw new Error(given.status)
  const scout = reader.twin()
  await scout.fetch('/probe/route')
  await until(
    async () => (await (await scout.twin().fetch('/probe/route')).text()) !== given.advertisingToken,
  )
  return { reader, old: given.advertisingToken }
}

const text = (html: string, id: string) => new RegExp(`<i id="${id}">([^<]+)</i>`).exec(html)?.[1]

describe('N2: the request on which the proxy stores a refresh reads the new token', () => {
  it('in the page and late in Suspense', async () => {
    const { reader, old } = await readerWithRefreshToStore('page@example.com')
    const html = await (await reader.fetch('/probe')).text()
    expect(text(html, 'page')).toMatch(/^A4/)
    expect(text(html, 'page')).not.toBe(old)
    expect(text(html, 'late')).toBe(text(html, 'page'))
  })

  it('in a route handler', async () => {
    const { reader, old } = await readerWithRefreshToStore('route@example.com')
    const token = await (await reader.fetch('/probe/route')).text()
    expect(token).toMatch(/^A4/)
    expect(token).not.toBe(old)
  })
})
