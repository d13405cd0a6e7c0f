// Takes the documentation's screenshots from the running site: `npm run screenshots`.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { chromium, type Page } from '@playwright/test'
import { findChromium } from '../tests/support/browser.ts'
import { articles } from '../tests/support/publication.ts'
import { startSite } from '../tests/support/site.ts'
import { ensureBuilt } from './support/build.mjs'
import { root } from './support/runtime.mjs'
import { step } from './support/say.mjs'

const folder = join(root, 'docs', 'images')
const article = `/articles/${articles.first}`

await ensureBuilt()
mkdirSync(folder, { recursive: true })
const site = await startSite()
const browser = await chromium.launch(await findChromium())
try {
  const page = await browser.newPage({ baseURL: site.origin, viewport: { width: 1280, height: 860 } })
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })

  await page.goto('/sign-in')
  await page.getByRole('button', { name: 'An ordinary reader' }).click()
  await page.waitForURL('**/choice')
  await page.getByRole('button', { name: 'Yes, use it for ads' }).waitFor()
  await take(page, 'choice')

  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await page.getByRole('heading', { name: 'Your answer is yes' }).waitFor()
  await read(page)
  await take(page, 'story')

  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
  await read(page)
  await take(page, 'night')
} finally {
  await browser.close()
  await site.stop()
}

/** Opens the article and scrolls to each ad, because a frame out of view is not painted. */
async function read(page: Page): Promise<void> {
  await page.goto(article)
  await page.locator('[data-uid2-status=available]').waitFor()
  for (const slot of ['article-end', 'article-side']) {
    const ad = page.locator(`[data-ad-slot=${slot}][data-uid2-bid=readable] iframe`)
    await ad.scrollIntoViewIfNeeded()
    await ad.contentFrame().locator('svg').first().waitFor()
  }
  await page.evaluate(() => scrollTo(0, 0))
}

async function take(page: Page, name: string): Promise<void> {
  await page.evaluate(() => document.fonts.ready)
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' })
  step(`docs/images/${name}.png`)
}
