import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { findChromium } from '#tests/support/browser.ts'
import type { PageWatch } from '#tests/support/page-watch.ts'
import { articles, become, expectAds, signOut, statusLine, tokenInPrebid } from './acts.ts'
import { expect, test } from './fixtures.ts'

/** Playwright switches the back/forward cache off. A headless shell has none in any case. */
const withCache = { ...(await findChromium()), ignoreDefaultArgs: ['--disable-back-forward-cache'] }

const ways = [
  { way: 'in another tab', act: async (context: BrowserContext) => signOut(await context.newPage()) },
  // No page takes part, so none can tell the others, and nothing but the cookies has changed.
  { way: 'behind the browser’s back', act: (context: BrowserContext) => context.clearCookies() },
]

for (const { way, act } of ways)
  for (const kind of ['articles', 'live'])
    test(`S1, N23: back to a page of /${kind} after a sign-out ${way}, nothing of the reader is used`, async ({
      baseURL,
      watch,
      email,
    }, { annotations }) => {
      const { browser, context, page, advertisingToken } = await leftBehind(
        kind,
        `${kind}-${way.length}-${email}`,
        baseURL,
        watch,
      )
      await act(context)

      const afterSignOut = watch.requests.length
      await page.goBack({ waitUntil: 'commit' })
      await expect(statusLine(page, 'signed_out')).toBeVisible()
      await expectAds(page, 'none')
      expect(await tokenInPrebid(page)).toBeNull()
      expect(await watch.carrying(advertisingToken, afterSignOut)).toEqual([])
      const restored = await wasRestored(page)
      annotations.push({ type: 'back/forward cache', description: restored ? 'restored' : 'loaded anew' })
      await browser.close()
    })

for (const kind of ['articles', 'live'])
  test(`S1: back to a page of /${kind} that was A’s, after B has signed in, it is B’s`, async ({
    baseURL,
    watch,
    email,
  }, { annotations }) => {
    const left = await leftBehind(kind, `a-${kind}-${email}`, baseURL, watch)
    const { browser, context, page, advertisingToken: tokenOfA } = left
    const other = await context.newPage()
    await signOut(other)
    const afterSignOut = watch.requests.length
    const { advertisingToken: tokenOfB } = await become(context, { email: `b-${kind}-${email}` })
    await page.bringToFront()
    await page.goBack({ waitUntil: 'commit' })
    await expectAds(page, 'readable')
    await expect.poll(() => tokenInPrebid(page)).toBe(tokenOfB)
    expect(await watch.carrying(tokenOfA, afterSignOut)).toEqual([])
    const restored = await wasRestored(page)
    annotations.push({ type: 'back/forward cache', description: restored ? 'restored' : 'loaded anew' })
    await browser.close()
  })

/** A browser with the cache, whose reader has had a page with ads bought by their token, and has gone on. */
async function leftBehind(kind: string, email: string, baseURL: string | undefined, watch: PageWatch) {
  const browser = await chromium.launch(withCache)
  const context = await browser.newContext({ ...(baseURL && { baseURL }) })
  watch.follow(context)
  const { advertisingToken } = await become(context, { email })
  const page = await context.newPage()
  await page.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => {
      document.documentElement.dataset.persisted = String(persisted)
    })
  })
  await page.goto(`/${kind}/${articles.first}`)
  await expectAds(page, 'readable')
  await page.evaluate(() => {
    document.documentElement.dataset.visit = 'first'
  })
  await page.goto('/privacy')
  return { browser, context, page, advertisingToken }
}

/** The page's own word and its memory must agree: restored as it was left, or loaded anew. */
async function wasRestored(page: Page): Promise<boolean> {
  const { persisted, visit } = await page.evaluate(() => ({ ...document.documentElement.dataset }))
  expect([
    { persisted: 'true', visit: 'first' },
    { persisted: 'false', visit: undefined },
  ]).toContainEqual({ persisted, visit })
  return persisted === 'true'
}
