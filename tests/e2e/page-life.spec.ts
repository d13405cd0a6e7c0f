import type { Page } from '@playwright/test'
import { withoutAds } from '../../app/(site)/_articles/without-ads.mjs'
import { articles, expectAds, readNext } from './acts.ts'
import { awayAndBack, channelOf, expectShown, inventory, listenerCount, openPattern } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

for (const viewport of [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
])
  test(`on a screen ${viewport.width} pixels wide nothing moves when text and ads arrive`, async ({
    page,
    reader: _,
  }) => {
    await page.setViewportSize(viewport)
    await page.addInitScript(recordShifts)
    for (const path of ['/', `/articles/${articles.first}`, '/patterns/several']) {
      await page.goto(path)
      await (path.startsWith('/patterns') ? expectShown(page) : expectAds(page, 'readable'))
      expect(await page.evaluate(readShifts), path).toEqual({ supported: true, total: 0, moved: [] })
    }
  })

test('typefaces that arrive late move nothing', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.addInitScript(recordShifts)
  let deliver = () => {}
  const delivered = new Promise<void>((resolve) => {
    deliver = resolve
  })
  await page.route('**/*.woff2', async (route) => {
    await delivered
    await route.continue()
  })
  await page.goto('/', { waitUntil: 'domcontentloaded' })
  await expectAds(page, 'none')
  deliver()
  await page.evaluate(async () => {
    await document.fonts.ready
  })
  expect(await page.evaluate(readShifts)).toEqual({ supported: true, total: 0, moved: [] })
})

interface Shifts {
  total: number
  moved: string[]
}

function recordShifts(): void {
  const shifts: Shifts = { total: 0, moved: [] }
  Object.assign(window, { shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      value: number
      sources: { node: Node | null; previousRect: DOMRectReadOnly; currentRect: DOMRectReadOnly }[]
    })[]) {
      shifts.total += entry.value
      for (const { node, previousRect, currentRect } of entry.sources) {
        const element = node instanceof Element ? node : node?.parentElement
        if (!element?.closest('main')) continue
        if (previousRect.top !== currentRect.top || previousRect.height !== currentRect.height)
          shifts.moved.push(`${element.tagName} ${element.className}`)
      }
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

/** After two frames every shift that the ads caused has been reported. */
function readShifts(): Promise<Shifts & { supported: boolean }> {
  const { shifts } = window as unknown as { shifts: Shifts }
  const supported = PerformanceObserver.supportedEntryTypes.includes('layout-shift')
  return new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve({ supported, ...shifts }))),
  )
}

test('six soft navigations: one auction each, and nothing piles up in Prebid or in the page (P8)', async ({
  page,
  watch,
  reader: _,
}) => {
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const start = await prebidInventory(page)
  expect(start).toMatchObject({ adUnits: 0, creatives: 2 })
  for (let pages = 2; pages <= 7; pages++) {
    await readNext(page)
    // An article without ads holds no auction.
    if (withoutAds.some((slug) => page.url().endsWith(slug))) await readNext(page)
    await expectAds(page, 'readable')
    expect(watch.auctions).toHaveLength(pages)
    expect(await prebidInventory(page)).toEqual(start)
  }
  for (const { slots } of watch.auctions) expect(slots).toEqual(['article-end', 'article-side'])
})

async function prebidInventory(page: Page) {
  return page.evaluate(() => {
    const { pbjs } = window as unknown as { pbjs: { adUnits: unknown[]; installedModules: string[] } }
    return {
      adUnits: pbjs.adUnits.length,
      creatives: document.querySelectorAll('[data-ad-slot] iframe').length,
      // Prebid has one of its own.
      frames: document.querySelectorAll('iframe').length,
      modules: pbjs.installedModules.length,
    }
  })
}

test('six soft navigations with every channel at once leave nothing behind in Prebid, Google’s tag or the page (P7, P8, G5)', async ({
  page,
  context,
  watch,
  reader: _,
}) => {
  await openPattern(page, channelOf('several'))
  const devtools = await context.newCDPSession(page)
  await awayAndBack(page)
  const start = await inventory(page)
  expect(start).toMatchObject({ adUnits: 0, slots: 2, providers: 1, creatives: 2 })
  const listeners = await listenerCount(devtools)
  for (let rounds = 0; rounds < 3; rounds++) {
    await awayAndBack(page)
    expect(await inventory(page)).toEqual(start)
  }
  expect(await listenerCount(devtools)).toBeLessThan(listeners * 1.1)
  // In each round the front page makes one request and this page three.
  await expect.poll(() => watch.auctions.length).toBe(3 + 4 * 4)
})
