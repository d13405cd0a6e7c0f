import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startSite } from '#tests/support/site.ts'
import { buildVariant } from '#tests/support/variant.ts'
import { root } from '../../scripts/support/runtime.mjs'
import { articles, eidsOf, expectAds, signInAndConsent } from '../e2e/acts.ts'
import { channelOf, expectFilled, inventory, openPattern } from '../e2e/channel-acts.ts'
import { expect, test } from '../e2e/fixtures.ts'

const path = 'app/_ads/ad-config.ts'
const off = 'refreshAfterMs: null'
/** The site with slots that get new ads, sooner than buyers accept. */
const withNewAds = () => {
  const text = readFileSync(join(root, path), 'utf8')
  expect(text).toContain(off)
  return buildVariant('slots-with-new-ads', {
    write: { [path]: text.replace(off, 'refreshAfterMs: 1_000') },
  })
}

test('a slot in view gets a new ad with the token, 30 seconds after its last one at the earliest; one out of view does not', async ({
  newBrowser,
  watch,
  email,
}) => {
  const site = await startSite({ folder: await withNewAds() })
  const context = await newBrowser({ baseURL: site.origin, viewport: { width: 390, height: 500 } })
  const { advertisingToken } = await signInAndConsent(context, { email })
  const page = await context.newPage()
  await page.goto(`/articles/${articles.first}`)
  const slot = page.locator('[data-ad-slot=article-side]')
  await slot.scrollIntoViewIfNeeded()
  await expectAds(page, 'readable')
  const first = watch.auctions.length
  const shownAt = Date.now()
  const ad = await slot.locator('iframe').elementHandle()

  await expect.poll(() => watch.auctions.length, { timeout: 60_000 }).toBe(first + 1)
  expect(Date.now() - shownAt).toBeGreaterThan(29_000)
  expect(watch.auctions.at(-1)).toMatchObject({ slots: ['article-side'], eids: eidsOf(advertisingToken) })
  // The new ad replaces the old one.
  await expect.poll(() => ad?.evaluate((element) => element.isConnected)).toBe(false)
  await expect(slot.locator('iframe')).toHaveCount(1)
  await context.close()
  await site.stop()
})

test('with Google’s tag a slot gets a new ad as the same slot (G5)', async ({ newBrowser, watch, email }) => {
  const site = await startSite({ folder: await withNewAds() })
  const context = await newBrowser({ baseURL: site.origin })
  await signInAndConsent(context, { email })
  const page = await context.newPage()
  await openPattern(page, channelOf('several'))
  const before = await inventory(page)
  const first = watch.auctions.length
  await expect.poll(() => watch.auctions.length, { timeout: 60_000 }).toBeGreaterThanOrEqual(first + 3)
  await expectFilled(page)
  await expect.poll(() => inventory(page)).toEqual(before)
  expect(new Set(watch.auctions.slice(first).flatMap(({ slots }) => slots))).toContain('pattern-top')
  await context.close()
  await site.stop()
})
