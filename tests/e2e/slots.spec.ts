import { articles, eidsOf, expectAds, signInAndConsent } from './acts.ts'
import { expect, test } from './fixtures.ts'

test('a slot far below is not asked for before the reader comes near it, and then with the token', async ({
  page,
  context,
  watch,
  email,
}) => {
  // A small window: the end of the piece is many screens away.
  await page.setViewportSize({ width: 390, height: 320 })
  const { advertisingToken } = await signInAndConsent(context, { email })
  await page.goto(`/articles/${articles.first}`)
  await expect(page.locator('[data-uid2-status=available]')).toBeVisible()
  await page.evaluate(() => new Promise((resolve) => requestIdleCallback(resolve)))
  expect(watch.auctions.flatMap(({ slots }) => slots)).not.toContain('article-end')

  await page.locator('[data-ad-slot=article-end]').scrollIntoViewIfNeeded()
  await expectAds(page, 'readable')
  const asked = watch.auctions.flatMap(({ slots }) => slots)
  expect(asked.sort()).toEqual(['article-end', 'article-side'])
  for (const { eids } of watch.auctions) expect(eids).toEqual(eidsOf(advertisingToken))
})
