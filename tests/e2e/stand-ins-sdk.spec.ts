import type { Page } from '@playwright/test'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { createUid2Client, type Identity } from '#lib/uid2/index.ts'
import { load, openBarePage } from '#tests/support/bare-page.ts'
import { eidsOf } from './acts.ts'
import { expect, test } from './fixtures.ts'

/* The stand-ins for UID2's SDK and for the script that Google deploys, on a page that has nothing of ours. */

interface Sdk {
  callbacks: ((event: string, payload: { identity?: Identity | null }) => void)[]
  init(options?: object): void
  setIdentity(identity: object): void
  getIdentity(): Identity | null
  getAdvertisingToken(): string | undefined
  getAdvertisingTokenAsync(): Promise<string>
  hasOptedOut(): boolean | undefined
  isLoginRequired(): boolean | undefined
  disconnect(): void
}
interface SdkWindow {
  __uid2: Sdk
  __euid: Sdk
  events: string[]
}
const operatorOf = (baseUrl: string | undefined) => `${baseUrl}/sandbox/operator`

/** An identity as a publisher's server got it a moment ago. */
async function identityFor(baseUrl: string | undefined, email: string): Promise<Identity> {
  const client = createUid2Client({ baseUrl: operatorOf(baseUrl), ...sandboxPublisher })
  const outcome = await client.generateToken({ email })
  if (outcome.status !== 'success') throw new Error(outcome.status)
  return outcome.identity
}

const due = (identity: Identity): Identity => ({ ...identity, refresh_from: Date.now() - 1_000 })

/** Notes the SDK's events from before it is there, as its documentation has it. */
async function withSdk(page: Page): Promise<void> {
  await page.evaluate(() => {
    ;(window as unknown as SdkWindow).events = []
    const note: Sdk['callbacks'][number] = (event, payload) => {
      ;(window as unknown as SdkWindow).events.push(
        `${event} ${payload.identity === undefined ? '-' : payload.identity !== null}`,
      )
    }
    Object.assign(window, { __uid2: { callbacks: [note] } })
  })
  await load(page, 'uid2-sdk.js')
}

const init = (page: Page, options: object) =>
  page.evaluate((options) => {
    try {
      ;(window as unknown as SdkWindow).__uid2.init(options)
      return null
    } catch (error) {
      return (error as Error).name
    }
  }, options)

const token = (page: Page) =>
  page.evaluate(() => (window as unknown as SdkWindow).__uid2.getAdvertisingTokenAsync().catch(() => null))
const events = (page: Page) => page.evaluate(() => (window as unknown as SdkWindow).events)
const stored = (page: Page) => page.evaluate(() => localStorage.getItem('UID2-sdk-identity'))

test.beforeEach(({ page }) => openBarePage(page))

test.describe('the stand-in for UID2’s SDK', () => {
  test('keeps a fresh identity, and has it on the next page', async ({ page, baseURL, email, operator }) => {
    const identity = await identityFor(baseURL, email)
    await withSdk(page)
    expect(
      await page.evaluate(() => (window as unknown as SdkWindow).__uid2.isLoginRequired()),
    ).toBeUndefined()
    expect(await init(page, { identity, baseUrl: operatorOf(baseURL) })).toBeNull()
    expect(await token(page)).toBe(identity.advertising_token)
    expect(await events(page)).toEqual(['SdkLoaded -', 'InitCompleted true'])
    expect(await init(page, {})).toBe('TypeError')

    await page.goto('/bare')
    await withSdk(page)
    expect(await init(page, { baseUrl: operatorOf(baseURL) })).toBeNull()
    expect(await token(page)).toBe(identity.advertising_token)
    await page.evaluate(() => (window as unknown as SdkWindow).__uid2.disconnect())
    expect([await token(page), await stored(page)]).toEqual([null, null])
    expect(await operator.calls()).toMatchObject({ refresh: 0 })
  })

  test('renews a due identity without a preflight, and tells late callbacks what has been', async ({
    page,
    baseURL,
    email,
    watch,
  }) => {
    const identity = due(await identityFor(baseURL, email))
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    const renewed = await token(page)
    expect(renewed).not.toBe(identity.advertising_token)
    expect(JSON.parse((await stored(page)) ?? '')).toMatchObject({ advertising_token: renewed })
    expect(await events(page)).toEqual(['SdkLoaded -', 'InitCompleted true', 'IdentityUpdated true'])
    const asked = watch.requests.find((request) => request.url().includes('/v2/token/refresh'))
    expect(asked?.url()).toMatch(/\?client=uid2-sdk-[\d.]+$/)
    expect(asked?.postData()).toBe(identity.refresh_token)
    const late = await page.evaluate(() => {
      const { __uid2 } = window as unknown as SdkWindow
      const told: string[] = []
      __uid2.callbacks.push((event) => told.push(event))
      return told
    })
    expect(late).toEqual(['SdkLoaded', 'InitCompleted'])
  })

  test('hears of an opt-out, and remembers it on later pages', async ({ page, baseURL, operator }) => {
    const identity = due(await identityFor(baseURL, 'refresh-optout@example.com'))
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    expect(await token(page)).toBeNull()
    expect(await page.evaluate(() => (window as unknown as SdkWindow).__uid2.hasOptedOut())).toBe(true)
    expect(JSON.parse((await stored(page)) ?? '')).toMatchObject({ status: 'optout' })
    expect(await events(page)).toContain('OptoutReceived false')

    await page.goto('/bare')
    await withSdk(page)
    await init(page, { baseUrl: operatorOf(baseURL) })
    expect(await events(page)).toEqual(['SdkLoaded -', 'InitCompleted false', 'OptoutReceived false'])
    expect(await operator.calls()).toMatchObject({ refresh: 1 })
  })

  test('keeps a token that cannot be renewed now, and warns', async ({
    page,
    baseURL,
    email,
    operator,
    watch,
  }) => {
    watch.allow(/error refreshing the token|status of 500/, 'the operator fails')
    const identity = due(await identityFor(baseURL, email))
    await operator.set({ faults: [{ on: 'refresh', status: 500 }] })
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    expect(await token(page)).toBe(identity.advertising_token)
  })

  test('of EUID keeps its identity under names of its own, in a cookie where the page wants that', async ({
    page,
    baseURL,
    email,
  }) => {
    const identity = await identityFor(baseURL, email)
    await load(page, 'euid-sdk.js')
    const kept = await page.evaluate((identity) => {
      ;(window as unknown as SdkWindow).__euid.init({ identity, useCookie: true })
      return [
        document.cookie.split('=')[0],
        { ...localStorage },
        (window as unknown as SdkWindow).__euid.getAdvertisingToken(),
      ]
    }, identity)
    expect(kept).toEqual(['__euid', {}, identity.advertising_token])
  })
})

test.describe('the stand-in for the script that Google deploys', () => {
  const ads = (page: Page, deploy: string) =>
    page.evaluate(async (source) => {
      Object.assign(window, { googletag: { cmd: [] } })
      googletag.cmd.push(() => {
        googletag.defineSlot('/1234/side', [300, 250], 'side')?.addService(googletag.pubads())
        googletag.enableServices()
        googletag.display('side')
      })
      const script = document.createElement('script')
      script.src = source
      document.head.append(script)
    }, `/sandbox/cdn/gpt.js?deploy=${deploy}`)

  test('asks the page’s own function', async ({ page, baseURL, email, watch }) => {
    const { advertising_token } = await identityFor(baseURL, email)
    await page.evaluate((token) => {
      Object.assign(window, { getUid2AdvertisingToken: async () => token })
    }, advertising_token)
    await ads(page, 'uid2')
    await expect.poll(() => watch.auctions.map(({ eids }) => eids)).toEqual([eidsOf(advertising_token)])
  })

  test('asks up to three times at once before it gives up', async ({ page }) => {
    await page.evaluate(() => {
      Object.assign(window, { events: [], googletag: { cmd: [], secureSignalProviders: [] } })
      const getUid2AdvertisingToken = async () => {
        const { events } = window as unknown as SdkWindow
        throw new Error(`try ${events.push('asked')}`)
      }
      Object.assign(window, { getUid2AdvertisingToken })
    })
    await load(page, 'uid2SecureSignal.js')
    const outcome = await page.evaluate(() => {
      const [provider] = googletag.secureSignalProviders as googletag.secureSignals.SecureSignalProvider[]
      return provider?.collectorFunction().catch((error: Error) => error.message)
    })
    expect([outcome, await events(page)]).toEqual(['try 3', ['asked', 'asked', 'asked']])
  })

  test('takes the token of the SDK once there is one', async ({ page, baseURL, email, watch }) => {
    const identity = await identityFor(baseURL, email)
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorOf(baseURL) })
    await ads(page, 'uid2')
    await expect
      .poll(() => watch.auctions.map(({ eids }) => eids))
      .toEqual([eidsOf(identity.advertising_token)])
  })

  test('registers nothing for a page that has neither', async ({ page, watch }) => {
    await ads(page, 'euid')
    await expect.poll(() => watch.auctions.map(({ eids }) => eids)).toEqual([undefined])
  })
})
