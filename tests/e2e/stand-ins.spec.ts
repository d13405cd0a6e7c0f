import type { Page } from '@playwright/test'
import { load, openBarePage } from '#tests/support/bare-page.ts'
import { bundlePage } from '#tests/support/client-page.ts'
import { eidsOf } from './acts.ts'
import { expect, test } from './fixtures.ts'

/* The stand-in for Google's tag on a page without our code does what the real one is known to do. */

declare global {
  var standInLog: string[]
  interface Window {
    standInAnswer: () => Promise<string>
  }
}

/** Google's own snippet, then the script: two slots, and no ad before `refresh`. */
async function withSlots(page: Page): Promise<void> {
  await page.evaluate(() => {
    Object.assign(window, { standInLog: [], googletag: { cmd: [] } })
    googletag.cmd.push(() => {
      googletag.setConfig({ disableInitialLoad: true, singleRequest: true, targeting: { section: 'light' } })
      for (const name of ['slotRequested', 'slotResponseReceived', 'slotRenderEnded', 'slotOnload'] as const)
        googletag
          .pubads()
          .addEventListener(name, ({ slot }) => standInLog.push(`${name} ${slot.getSlotElementId()}`))
      for (const [place, size] of [
        ['top', [728, 90]],
        ['side', [300, 250]],
      ] as const)
        googletag.defineSlot(`/1234/${place}`, [...size], place)?.addService(googletag.pubads())
      googletag.enableServices()
      googletag.display('top')
      googletag.display('side')
    })
  })
  await load(page, 'gpt.js')
}

/** Registers a collector that logs its calls and answers with `window.standInAnswer`. */
const register = (page: Page) =>
  page.evaluate(() => {
    googletag.secureSignalProviders ??= []
    googletag.secureSignalProviders.push({
      id: 'uidapi.com',
      collectorFunction() {
        standInLog.push('collected')
        return window.standInAnswer()
      },
    })
  })

const answerWith = (page: Page, text: string | null) =>
  page.evaluate((text) => {
    window.standInAnswer = async () => {
      if (text === null) throw new Error('no token')
      return text
    }
  }, text)

/** Requests an ad for each slot, and waits until they are shown. */
const refresh = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let left = googletag.pubads().getSlots().length
        const ended = () => {
          if (--left > 0) return
          googletag.pubads().removeEventListener('slotRenderEnded', ended)
          resolve()
        }
        googletag.pubads().addEventListener('slotRenderEnded', ended)
        googletag.pubads().refresh()
      }),
  )

const logged = (page: Page) => page.evaluate(() => standInLog)
const collected = async (page: Page) => (await logged(page)).filter((line) => line === 'collected').length
const cached = (page: Page) => page.evaluate(() => localStorage.getItem('_GESPSK-uidapi.com'))

test.beforeEach(({ page }) => openBarePage(page))

test.describe('the stand-in for Google’s tag', () => {
  test('runs commands in order, before and after it is loaded, and goes on after one that throws', async ({
    page,
    watch,
  }) => {
    watch.allow(/Exception in googletag.cmd function/, 'the command that throws')
    await page.evaluate(() => {
      Object.assign(window, { standInLog: [], googletag: { cmd: [] } })
      googletag.cmd.push(() => standInLog.push(`first ${googletag.apiReady} ${googletag.pubadsReady}`))
      googletag.cmd.push(() => {
        throw new Error('of the page')
      })
      googletag.cmd.push(() => googletag.enableServices())
      googletag.cmd.push(() => standInLog.push(`last ${googletag.pubadsReady}`))
    })
    await load(page, 'gpt.js')
    await page.evaluate(() => googletag.cmd.push(() => standInLog.push('later')))
    expect(await logged(page)).toEqual(['first true undefined', 'last true', 'later'])
  })

  test('has one slot per element, with its own key-values', async ({ page, watch }) => {
    watch.allow(/already associated with another slot/, 'the second slot of one element')
    await withSlots(page)
    const held = await page.evaluate(() => {
      const [slot] = googletag.pubads().getSlots()
      slot?.setTargeting('a', '1').updateTargetingFromMap({ b: ['2', '3'] })
      slot?.setConfig({ targeting: { a: null, c: '4' } })
      googletag.pubads().setTargeting('d', '5')
      return {
        second: googletag.defineSlot('/1234/other', [300, 250], 'top'),
        slot: slot?.getConfig('targeting'),
        page: googletag.getConfig('targeting'),
        destroyed: slot && googletag.destroySlots([slot]),
        left: googletag
          .pubads()
          .getSlots()
          .map((each) => each.getAdUnitPath()),
        again: googletag.defineSlot('/1234/other', [300, 250], 'top') !== null,
      }
    })
    expect(held).toEqual({
      second: null,
      slot: { targeting: { b: ['2', '3'], c: ['4'] } },
      page: { targeting: { section: ['light'], d: ['5'] } },
      destroyed: true,
      left: ['/1234/side'],
      again: true,
    })
  })

  test('makes one request for all slots, and shows each ad in a sandboxed frame named as Google names it', async ({
    page,
    watch,
  }) => {
    await withSlots(page)
    expect(watch.auctions).toEqual([])
    await refresh(page)
    expect(watch.auctions).toEqual([expect.objectContaining({ slots: ['side', 'top'], eids: undefined })])
    const frame = page.locator('[id="google_ads_iframe_/1234/side_0__container__"] iframe')
    await expect(frame).toHaveAttribute('id', 'google_ads_iframe_/1234/side_0')
    await expect(frame).toHaveAttribute('sandbox', 'allow-scripts allow-popups')
    await expect(page.locator('#side')).toHaveAttribute('data-google-query-id', /./)
    await expect(frame.contentFrame().getByText('Bought without an identity')).toBeVisible()
    const names = (await logged(page))
      .filter((line) => line.endsWith(' side'))
      .map((line) => line.split(' ')[0])
    await expect.poll(() => logged(page)).toContain('slotOnload side')
    expect(names.slice(0, 3)).toEqual(['slotRequested', 'slotResponseReceived', 'slotRenderEnded'])
    expect(await page.evaluate(() => googletag.pubads().clear())).toBe(true)
    await expect(page.locator('iframe')).toHaveCount(0)
  })

  test('sends a signal with the request, and the exchange’s record shows six characters of it (K3)', async ({
    page,
    watch,
    reader: { advertisingToken },
  }) => {
    await withSlots(page)
    await answerWith(page, advertisingToken)
    await register(page)
    await refresh(page)
    expect(watch.auctions).toEqual([expect.objectContaining({ eids: eidsOf(advertisingToken) })])
    await expect(page.frameLocator('#side iframe').getByText('Bought with your UID2')).toBeVisible()

    const { auctions } = await page.evaluate(async () => (await fetch('/sandbox/exchange/auctions')).json())
    expect(auctions).toEqual([
      expect.objectContaining({
        from: 'gpt',
        slots: ['top', 'side'],
        keyValues: { targeting: { section: ['light'] }, slots: { top: {}, side: {} } },
        eids: [{ source: 'uidapi.com', id: `…${advertisingToken.slice(-6)}`, place: 'user.eids' }],
        reading: expect.objectContaining({ token: 'readable' }),
      }),
    ])
    expect(JSON.stringify(auctions)).not.toContain(advertisingToken.slice(-7))
    expect(await page.evaluate(() => document.cookie)).not.toContain('sandbox_exchange')
  })

  test('calls a collector only while no signal is cached, on later pages too (G1, G7)', async ({ page }) => {
    await withSlots(page)
    await answerWith(page, 'a-token-of-some-length')
    await register(page)
    await refresh(page)
    await refresh(page)
    expect(await collected(page)).toBe(1)
    const entry = await cached(page)
    expect(JSON.parse(entry ?? '')).toHaveLength(10)
    expect(entry).not.toContain('a-token')
    expect(JSON.parse(entry ?? '').slice(0, 3)).toEqual(['uidapi.com', null, expect.any(Number)])

    await page.goto('/bare')
    await withSlots(page)
    await answerWith(page, 'another')
    await register(page)
    await refresh(page)
    expect(await collected(page)).toBe(0)
    await page.evaluate(() => (googletag.secureSignalProviders as { clearAllCache(): void }).clearAllCache())
    expect(await cached(page)).toBeNull()
    await refresh(page)
    expect(await collected(page)).toBe(1)
  })

  test('caches an empty signal, and calls again after a rejection (G2)', async ({ page }) => {
    await withSlots(page)
    await answerWith(page, null)
    await register(page)
    await refresh(page)
    expect([await collected(page), await cached(page)]).toEqual([2, null])
    await answerWith(page, '')
    await refresh(page)
    await refresh(page)
    expect(await collected(page)).toBe(3)
    expect(await cached(page)).not.toBeNull()
  })

  test('uses a second provider of the same id as well (G3)', async ({ page }) => {
    await answerWith(page, 'token')
    await page.evaluate(() => Object.assign(window, { standInLog: [], googletag: { cmd: [] } }))
    await register(page)
    await register(page)
    await load(page, 'gpt.js')
    await expect.poll(() => collected(page)).toBe(2)
  })

  test('waits half a second for a collector at most', async ({ page, watch }) => {
    await withSlots(page)
    await page.evaluate(() => {
      window.standInAnswer = () => new Promise(() => {})
    })
    await register(page)
    await refresh(page)
    expect(watch.auctions).toEqual([expect.objectContaining({ eids: undefined })])
  })

  test('fills a slot with Prebid’s line item when its price is above the bid', async ({ page }) => {
    await withSlots(page)
    await page.addScriptTag({ content: bundlePage(prebid) })
    await page.evaluate(async (exchange) => {
      const { pbjs } = window as unknown as { pbjs: typeof import('prebid.js').default }
      const endpoint = new URL(exchange, location.origin).href
      const server = { adapter: 'prebidServer' as const, bidders: ['sandbox'], enabled: true, timeout: 5_000 }
      pbjs.setConfig({ s2sConfig: [{ accountId: '1', ...server, endpoint, syncEndpoint: '' }] })
      const bids = [{ bidder: 'sandbox', params: {} }]
      const unit = { code: 'side', mediaTypes: { banner: { sizes: [[300, 250] as [number, number]] } }, bids }
      await pbjs.requestBids({ adUnits: [unit], timeout: 5_000 })
      pbjs.setTargetingForGPTAsync(['side'])
    }, '/sandbox/exchange/openrtb2/auction')
    expect(await lineItemAt(page, '0.01')).toBeNull()
    expect(await lineItemAt(page, '20.00')).toEqual(expect.any(Number))
    const frame = page.locator('#side iframe')
    await expect(frame.contentFrame().getByText('Bought without an identity')).toBeVisible()
    // Prebid sets the size: the line item's own creative is 1 × 1.
    await expect(frame).toHaveCSS('width', '300px')
    await expect(frame).toHaveAttribute('sandbox', 'allow-scripts allow-popups')
  })
})

const prebid = `
import pbjs from 'prebid.js'
import 'prebid.js/modules/prebidServerBidAdapter'
pbjs.processQueue()
window.pbjs = pbjs`

/** The line item that fills the slot at the side when its key-values say that Prebid's bid has this price. */
async function lineItemAt(page: Page, price: string): Promise<number | null | undefined> {
  const setPrice = (price: string) => {
    const slots = googletag.pubads().getSlots()
    slots.find((each) => each.getSlotElementId() === 'side')?.setConfig({ targeting: { hb_pb: price } })
  }
  await page.evaluate(setPrice, price)
  await refresh(page)
  return page.evaluate(() => {
    const slots = googletag.pubads().getSlots()
    return slots.find((each) => each.getSlotElementId() === 'side')?.getResponseInformation()?.lineItemId
  })
}
