import type { Page } from '@playwright/test'
import { withoutAds } from '../../app/(site)/_articles/without-ads.mjs'
import { articles, expectAds, readNext, signInAndConsent } from './acts.ts'
import { expectShown } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

for (const viewport of [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
])
  for (const path of ['/', `/articles/${articles.first}`, '/patterns/several'])
    test(`nothing on ${path} moves when words and ads arrive, ${viewport.width} px wide`, async ({
      page,
      context,
      email,
    }) => {
      await signInAndConsent(context, { email: `${viewport.width}-${path.length}-${email}` })
      await page.setViewportSize(viewport)
      await page.addInitScript(recordShifts)
      await page.goto(path)
      await (path.startsWith('/patterns') ? expectShown(page) : expectAds(page, 'readable'))
      const { supported, total, moved } = await page.evaluate(readShifts)
      expect(supported).toBe(true)
      expect(moved).toEqual([])
      expect(total).toBe(0)
    })

test('typefaces that come late move nothing', async ({ page }) => {
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
  expect(await page.evaluate(readShifts)).toMatchObject({ supported: true, total: 0, moved: [] })
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

/** Two frames later, so that whatever the ads have moved has been reported. */
function readShifts(): Promise<Shifts & { supported: boolean }> {
  const { shifts } = window as unknown as { shifts: Shifts }
  const supported = PerformanceObserver.supportedEntryTypes.includes('layout-shift')
  return new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve({ supported, ...shifts }))),
  )
}

test('ten soft navigations: one auction each, nothing piles up in Prebid or in the page', async ({
  page,
  context,
  watch,
  email,
}) => {
  await signInAndConsent(context, { email })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const start = await inventory(page)
  expect(start).toMatchObject({ adUnits: 0, creatives: 2 })
  for (let pages = 2; pages <= 11; pages++) {
    await readNext(page)
    // A piece without ads holds no auction, and the one after it starts from where it was.
    if (withoutAds.some((slug) => page.url().endsWith(slug))) await readNext(page)
    await expectAds(page, 'readable')
    expect(watch.auctions).toHaveLength(pages)
    expect(await inventory(page)).toEqual(start)
  }
  for (const { slots } of watch.auctions) expect(slots).toEqual(['article-end', 'article-side'])
})

async function inventory(
  page: Page,
): Promise<{ adUnits: number; creatives: number; frames: number; modules: number }> {
  return page.evaluate(() => {
    const { pbjs } = window as unknown as { pbjs: { adUnits: unknown[]; installedModules: string[] } }
    return {
      adUnits: pbjs.adUnits.length,
      creatives: document.querySelectorAll('[data-ad-slot] iframe').length,
      // Prebid keeps one of its own.
      frames: document.querySelectorAll('iframe').length,
      modules: pbjs.installedModules.length,
    }
  })
}
