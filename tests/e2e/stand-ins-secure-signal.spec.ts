import type { Page } from '@playwright/test'
import { load, openBarePage } from '#tests/support/bare-page.ts'
import { eidsOf } from './acts.ts'
import { expect, test } from './fixtures.ts'
import { events, identityFor, init, operatorOf, type SdkWindow, withSdk } from './sdk-acts.ts'

test.beforeEach(({ page }) => openBarePage(page))

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
