import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { type Visitor, visitor } from '../support/reader.ts'
import { type Site, startSite } from '../support/site.ts'

const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'

describe.each([
  { product: 'uid2', runsIn: ['US', 'us', 'US-CA', 'BR'], notIn: ['DE', 'de', 'GB', 'UK', 'el', 'CH', 'NO'] },
  { product: 'euid', runsIn: ['DE', 'FR', 'GB', 'UK', 'IS'], notIn: ['US', 'US-NY', 'JP'] },
] as const)('a deployment of $product that knows where readers are', ({ product, runsIn, notIn }) => {
  let operator: TestOperator
  let site: Site
  beforeAll(async () => {
    operator = await testOperator(product)
    site = await startSite({
      env: { ...operator.env, UID2_PRODUCT: product, REGION_HEADER: 'X-Country' },
    })
  })
  beforeEach(() => operator.set({}))
  afterAll(async () => {
    await site.stop()
    await operator.close()
  })

  let readers = 0
  async function somebody(): Promise<Visitor> {
    const reader = visitor(site)
    await reader.signIn({ email: `region-${readers++}@example.com` })
    return reader
  }
  const at = (country: string | null): Record<string, string> =>
    country === null ? {} : { 'x-country': country }
  const yes = { advertising: 'granted', ...(product === 'euid' && { signals: { tcf: sufficient } }) }
  const giveConsent = async (reader: Visitor, country: string | null) =>
    (await (await reader.post('/api/choice', yes, at(country))).json()) as PublicIdentity
  const seen = async (reader: Visitor, country: string | null) =>
    (await (await reader.fetch('/api/identity', { headers: at(country) })).json()) as PublicIdentity

  it.each(runsIn)('runs in %s', async (country) => {
    const reader = await somebody()
    expect(await giveConsent(reader, country)).toMatchObject({ status: 'available' })
    expect(await seen(reader, country)).toMatchObject({ status: 'available' })
  })

  it.each([...notIn, null, '', 'XX', 'T1', 'QQ', 'SU', 'Atlantis', '<script>'])(
    'does not run in %s, and nobody is asked there: no call, whatever the reader says',
    async (country) => {
      const reader = await somebody()
      expect(await giveConsent(reader, country)).toMatchObject({ status: 'unsupported', reason: 'region' })
      const page = await reader.fetch('/choice', { headers: at(country) })
      const html = await page.text()
      expect(html).toContain('data-uid2-status="unsupported"')
      expect(html).not.toContain('Yes, use it for ads')
      expect((await operator.calls()).generate).toBe(0)
    },
  )

  it('a reader who travels loses the token there, and has one again at home', async () => {
    const [home, away] = [runsIn[0], notIn[0]]
    const reader = await somebody()
    expect(await giveConsent(reader, home)).toMatchObject({ status: 'available' })
    const page = await (await reader.fetch('/live/what-lighthouses-measured', { headers: at(away) })).text()
    expect(page).toContain('data-uid2-status="unsupported"')
    expect(page).not.toContain('advertisingToken')
    expect(reader.jar.has(product)).toBe(false)
    expect(await seen(reader, home)).toMatchObject({ status: 'refreshing' })
    expect((await reader.post('/api/identity', undefined, at(home))).status).toBe(200)
    expect(await seen(reader, home)).toMatchObject({ status: 'available' })
  })
})
