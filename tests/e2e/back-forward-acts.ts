import { type Browser, type BrowserContext, chromium, type Page } from '@playwright/test'
import { findChromium } from '#tests/support/browser.ts'
import type { PageWatch } from '#tests/support/page-watch.ts'
import { routeSdkBundles } from '#tests/support/sdk-bundle.ts'
import { signInAndConsent } from './acts.ts'
import { expect, test } from './fixtures.ts'

/** A browser with the back/forward cache, which Playwright switches off. A headless shell never has one. */
export async function launchWithCache(): Promise<Browser> {
  return chromium.launch({
    ...(await findChromium()),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
}

/** A signed-in reader opens a page and leaves it for another one. */
export async function leavePage(
  browser: Browser,
  reader: { baseURL: string | undefined; watch: PageWatch; email: string },
  open: (page: Page) => Promise<void>,
): Promise<{ context: BrowserContext; page: Page; advertisingToken: string }> {
  const { baseURL, watch, email } = reader
  const context = await browser.newContext({ ...(baseURL && { baseURL }) })
  watch.follow(context)
  await routeSdkBundles(context)
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
  return { context, page, advertisingToken }
}

/** Adds to the report whether the page was restored from the cache. The browser and the page must agree on it. */
export async function reportRestored(page: Page): Promise<void> {
  const { persisted, visit } = await page.evaluate(() => ({ ...document.documentElement.dataset }))
  expect([
    { persisted: 'true', visit: 'first' },
    { persisted: 'false', visit: undefined },
  ]).toContainEqual({ persisted, visit })
  const description = persisted === 'true' ? 'restored' : 'loaded again'
  test.info().annotations.push({ type: 'back/forward cache', description })
}
