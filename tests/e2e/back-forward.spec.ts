import type { Browser } from '@playwright/test'
import { articles, expectAds, signInAndConsent, signOut, statusLine, tokenInPrebid } from './acts.ts'
import { launchWithCache, leavePage, reportRestored } from './back-forward-acts.ts'
import { channelOf, expectFilled, identifiersIn, openPattern, signalsKept } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

// More pages and ways to sign out: tests/soak/back-forward.spec.ts.
let browser: Browser
test.beforeAll(async () => {
  browser = await launchWithCache()
})
test.afterAll(() => browser.close())

test('back to a page with the token inline, after the reader’s cookies were deleted: nothing of them is used (S1, N23)', async ({
  baseURL,
  watch,
  email,
}) => {
  const left = await leavePage(browser, { baseURL, watch, email }, async (page) => {
    await page.goto(`/live/${articles.first}`)
    await expectAds(page, 'readable')
  })
  const { context, page, advertisingToken } = left
  // No page takes part, so none can tell the others.
  await context.clearCookies()
  const requests = watch.requests.length
  await page.goBack({ waitUntil: 'commit' })
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await expectAds(page, 'none')
  expect(await tokenInPrebid(page)).toBeNull()
  expect(await watch.carrying(advertisingToken, requests)).toEqual([])
  await reportRestored(page)
  await context.close()
})

test('back to a page of A’s, after B has signed in in another tab: it has B’s token (S1)', async ({
  baseURL,
  watch,
  email,
}) => {
  const left = await leavePage(browser, { baseURL, watch, email: `a-${email}` }, async (page) => {
    await page.goto(`/articles/${articles.first}`)
    await expectAds(page, 'readable')
  })
  const { context, page, advertisingToken: tokenOfA } = left
  await signOut(await context.newPage())
  const requests = watch.requests.length
  const { advertisingToken: tokenOfB } = await signInAndConsent(context, { email: `b-${email}` })
  await page.bringToFront()
  await page.goBack({ waitUntil: 'commit' })
  await expectAds(page, 'readable')
  await expect.poll(() => tokenInPrebid(page)).toBe(tokenOfB)
  expect(await watch.carrying(tokenOfA, requests)).toEqual([])
  await reportRestored(page)
  await context.close()
})

test('back to a page with Prebid and Google’s tag, after the reader’s cookies were deleted: both ask for ads without them (S1, G10)', async ({
  baseURL,
  watch,
  email,
}) => {
  const left = await leavePage(browser, { baseURL, watch, email }, (page) =>
    openPattern(page, channelOf('several')),
  )
  const { context, page, advertisingToken } = left
  expect(await signalsKept(page)).not.toEqual([])
  await context.clearCookies()
  const [requests, auctions] = [watch.requests.length, watch.auctions.length]
  await page.goBack({ waitUntil: 'commit' })
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await expect.poll(() => watch.auctions.length - auctions).toBe(3)
  await expectFilled(page)
  expect(identifiersIn(watch.auctions.slice(auctions))).toEqual([])
  expect(await watch.carrying(advertisingToken, requests)).toEqual([])
  expect(await signalsKept(page)).toEqual([])
  expect(await tokenInPrebid(page)).toBeNull()
  await reportRestored(page)
  await context.close()
})
