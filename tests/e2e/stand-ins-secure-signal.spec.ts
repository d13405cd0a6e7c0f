import type { Page } from '@playwright/test'
import { load } from '#tests/support/bare-page.ts'
import type { PageWatch } from '#tests/support/page-watch.ts'
import { eidsOf } from './acts.ts'
import { expect } from './fixtures.ts'
import { events, init, type SdkWindow, test, withSdk } from './sdk-acts.ts'

/** Loads Google's tag with its deployment of a script, and shows an ad. */
const showAd = (page: Page, deploy: string) =>
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

const expectEids = (watch: PageWatch, eids: unknown) =>
  expect.poll(() => watch.auctions.map((auction) => auction.eids)).toEqual([eids])

test.describe('the stand-in for the script that Google deploys', () => {
  test('asks the page’s own function for the token', async ({ page, identity, watch }) => {
    await page.evaluate((token) => {
      Object.assign(window, { getUid2AdvertisingToken: async () => token })
    }, identity.advertising_token)
    await showAd(page, 'uid2')
    await expectEids(watch, eidsOf(identity.advertising_token))
  })

  test('asks up to three times before it gives up', async ({ page }) => {
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

  test('takes the token of the SDK once there is one', async ({ page, operatorUrl, identity, watch }) => {
    await withSdk(page)
    await init(page, { identity, baseUrl: operatorUrl })
    await showAd(page, 'uid2')
    await expectEids(watch, eidsOf(identity.advertising_token))
  })

  test('registers nothing for a page that has neither', async ({ page, watch }) => {
    await showAd(page, 'euid')
    await expectEids(watch, undefined)
  })
})
