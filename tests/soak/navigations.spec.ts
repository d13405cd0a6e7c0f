import type { CDPSession, Page } from '@playwright/test'
import { withoutAds } from '../../app/(site)/_articles/without-ads.mjs'
import { articles, eidsOf, expectAds, readNext, signInAndConsent } from '../e2e/acts.ts'
import { awayAndBack, channelOf, inventory, listenerCount, openPattern } from '../e2e/channel-acts.ts'
import { expect, test } from '../e2e/fixtures.ts'

test('200 soft navigations hold one auction each, and grow neither Prebid nor the page', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken } = await signInAndConsent(context, { email })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const devtools = await context.newCDPSession(page)
  const settled = { after: 50, size: await measure(page, devtools) }
  for (let visited = 1; visited <= 200; visited++) {
    await readNext(page)
    // A page without ads holds no auction; the next page continues as before.
    if (withoutAds.some((slug) => page.url().endsWith(slug))) await readNext(page)
    await expectAds(page, 'readable')
    expect(watch.auctions).toHaveLength(visited + 1)
    if (visited === settled.after) settled.size = await measure(page, devtools)
  }
  for (const { eids } of watch.auctions) expect(eids).toEqual(eidsOf(advertisingToken))
  // Prebid forgets an auction once its bids have run out, a minute after it.
  expect(await keptBids(page)).toBeGreaterThan(0)
  await expect.poll(() => keptBids(page), { timeout: 120_000, intervals: [1_000] }).toBe(0)
  const end = await measure(page, devtools)
  expect(end.adUnits).toBe(0)
  expect(end.frames).toBe(settled.size.frames)
  expect(end.modules).toBe(settled.size.modules)
  expect(end.nodes).toBeLessThan(settled.size.nodes * 1.2)
  expect(end.listeners).toBeLessThan(settled.size.listeners * 1.2)
  expect(end.heapMb).toBeLessThan(settled.size.heapMb + 1)
})

test('200 soft navigations with all channels at once leave nothing behind in Prebid, Google’s tag or the page', async ({
  page,
  context,
  email,
}) => {
  await signInAndConsent(context, { email })
  await openPattern(page, channelOf('several'))
  const devtools = await context.newCDPSession(page)
  for (let rounds = 0; rounds < 10; rounds++) await awayAndBack(page)
  const settled = { inventory: await inventory(page), listeners: await listenerCount(devtools) }
  for (let rounds = 10; rounds < 100; rounds++) {
    await awayAndBack(page)
    expect(await inventory(page)).toEqual(settled.inventory)
  }
  expect(await listenerCount(devtools)).toBeLessThan(settled.listeners * 1.1)
})

function keptBids(page: Page): Promise<number> {
  return page.evaluate(() => {
    const { pbjs } = window as unknown as { pbjs: { getAllWinningBids(): unknown[] } }
    return pbjs.getAllWinningBids().length
  })
}

async function measure(page: Page, devtools: CDPSession) {
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('Performance.enable')
  const { metrics } = await devtools.send('Performance.getMetrics')
  const metric = (name: string) => metrics.find((each) => each.name === name)?.value ?? Number.NaN
  const inPage = await page.evaluate(() => {
    const { pbjs } = window as unknown as { pbjs: { adUnits: unknown[]; installedModules: string[] } }
    return {
      adUnits: pbjs.adUnits.length,
      modules: pbjs.installedModules.length,
      frames: document.querySelectorAll('iframe').length,
    }
  })
  return {
    ...inPage,
    nodes: metric('Nodes'),
    listeners: metric('JSEventListeners'),
    heapMb: metric('JSHeapUsedSize') / 2 ** 20,
  }
}
