import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { findChromium } from '#tests/support/browser.ts'
import type { PageWatch } from '#tests/support/page-watch.ts'
import { articles, expectAds, signInAndConsent, signOut, statusLine, tokenInPrebid } from './acts.ts'
import { channelOf, expectFilled, identifiersIn, openPattern, signalsKept } from './channel-acts.ts'
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
        articleOf(kind),
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
    const left = await leftBehind(articleOf(kind), `a-${kind}-${email}`, baseURL, watch)
    const { browser, context, page, advertisingToken: tokenOfA } = left
    const other = await context.newPage()
    await signOut(other)
    const afterSignOut = watch.requests.length
    const { advertisingToken: tokenOfB } = await signInAndConsent(context, { email: `b-${kind}-${email}` })
    await page.bringToFront()
    await page.goBack({ waitUntil: 'commit' })
    await expectAds(page, 'readable')
    await expect.poll(() => tokenInPrebid(page)).toBe(tokenOfB)
    expect(await watch.carrying(tokenOfA, afterSignOut)).toEqual([])
    const restored = await wasRestored(page)
    annotations.push({ type: 'back/forward cache', description: restored ? 'restored' : 'loaded anew' })
    await browser.close()
  })

test('S1, G10: back to a page with Prebid and Google’s tag after a sign-out, both ask for ads without anything of the reader', async ({
  baseURL,
  watch,
  email,
}, { annotations }) => {
  const open = (page: Page) => openPattern(page, channelOf('several'))
  const { browser, context, page, advertisingToken } = await leftBehind(open, email, baseURL, watch)
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
  const restored = await wasRestored(page)
  annotations.push({ type: 'back/forward cache', description: restored ? 'restored' : 'loaded anew' })
  await browser.close()
})

const articleOf = (kind: string) => async (page: Page) => {
  await page.goto(`/${kind}/${articles.first}`)
  await expectAds(page, 'readable')
}

/** A browser with the cache, whose reader has had a page with ads bought by their token, and has gone on. */
async function leftBehind(
  open: (page: Page) => Promise<void>,
  email: string,
  baseURL: string | undefined,
  watch: PageWatch,
) {
  const browser = await chromium.launch(withCache)
  const context = await browser.newContext({ ...(baseURL && { baseURL }) })
  watch.follow(context)
  const { advertisingToken } = await signInAndConsent(context, { email })
  const page = await context.newPage()
  await page.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => {
      document.documentElement.dataset.persisted = String(persisted)
    })
  })
  await open(page)
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
