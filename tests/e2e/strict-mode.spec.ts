import { openBarePage } from '#tests/support/bare-page.ts'
import { bundlePage } from '#tests/support/client-page.ts'
import { expectAds, statusLine } from './acts.ts'
import { expect, test } from './fixtures.ts'

/** Our components in React's development version. A whole development server: tests/soak/development.spec.ts. */
const script = `
import { createElement, StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { AdSlot } from '#app/_ads/ad-slot.tsx'
import { AdStack } from '#app/_ads/ad-stack.tsx'
import { StatusLine } from '#app/_ads/status-line.tsx'
window.effects = 0
const slot = (id) => createElement(AdSlot, { id, size: 'rectangle' })
function Page() {
  useEffect(() => void window.effects++, [])
  return createElement(AdStack, null, createElement(StatusLine), slot('top'), slot('side'))
}
const root = createRoot(document.body.appendChild(document.createElement('main')))
root.render(createElement(StrictMode, null, createElement(Page)))`

test('StrictMode’s double effects start one token store, one Prebid and one auction (P7)', async ({
  page,
  watch,
}) => {
  await openBarePage(page)
  await page.addScriptTag({ content: bundlePage(script) })
  await expectAds(page, 'none')
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  expect(await page.evaluate(() => (window as unknown as { effects: number }).effects)).toBe(2)
  expect(watch.count('GET', '/api/identity')).toBe(1)
  expect(watch.count('GET', '/api/site')).toBe(1)
  expect(watch.auctions.map(({ slots }) => slots)).toEqual([['side', 'top']])
  const { adUnits, modules } = await page.evaluate(() => {
    const { pbjs } = window as unknown as { pbjs: { adUnits: unknown[]; installedModules: string[] } }
    return { adUnits: pbjs.adUnits.length, modules: pbjs.installedModules }
  })
  expect(adUnits).toBe(0)
  expect(modules).toEqual([...new Set(modules)])
})
