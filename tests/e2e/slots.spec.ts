import { articles, eidsOf, expectAds } from './acts.ts'
import { expect, test } from './fixtures.ts'

test('a slot far below is sold when the reader comes near it, with the token', async ({
  page,
  watch,
  reader: { advertisingToken },
}) => {
  // In a small window the end of the article is many screens away.
  await page.setViewportSize({ width: 390, height: 320 })
  await page.goto(`/articles/${articles.first}`)
  await expect(page.locator('[data-uid2-status=available]')).toBeVisible()
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)))
  expect(watch.auctions.flatMap(({ slots }) => slots)).not.toContain('article-end')

  await page.locator('[data-ad-slot=article-end]').scrollIntoViewIfNeeded()
  await expectAds(page, 'readable')
  expect(watch.auctions.flatMap(({ slots }) => slots).sort()).toEqual(['article-end', 'article-side'])
  for (const { eids } of watch.auctions) expect(eids).toEqual(eidsOf(advertisingToken))
})
