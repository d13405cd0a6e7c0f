import type { Page } from '@playwright/test'
import { articleWithoutAds, pageWithoutAds } from '../support/publication.ts'
import { articles, expectAds, statusLine, tokenInPrebid } from './acts.ts'
import { expect, test } from './fixtures.ts'

const identity = '/api/identity'

test('on a page without ads the token is gone from Prebid and nothing asks for one; the page after it has it again (S12)', async ({
  page,
  context,
  watch,
  reader: { advertisingToken },
}) => {
  const other = await context.newPage()
  await other.goto(`/articles/${articles.second}`)
  await expectAds(other, 'readable')
  await page.addInitScript(recordPaintedStatuses)
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  await toFrontPage(page)
  await expectAds(page, 'readable')
  const [auctions, read] = [watch.auctions.length, watch.count('GET', identity)]

  await page.locator(`a[href="${pageWithoutAds}"]`).first().click()
  await page.waitForURL(`**${pageWithoutAds}`)
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await expect(page.locator('[data-ad-slot]')).toHaveCount(0)
  await page.evaluate(() => {
    window.dispatchEvent(new Event('online'))
    document.dispatchEvent(new Event('visibilitychange'))
  })
  // After a round trip any request of these events has been sent.
  await page.evaluate(() => fetch('/api/site'))
  expect(watch.count('GET', identity)).toBe(read)
  expect(watch.count('POST', identity)).toBe(0)
  expect(watch.auctions).toHaveLength(auctions)
  expect(await tokenInPrebid(other)).toBe(advertisingToken)
  await expect(statusLine(other, 'available')).toBeVisible()
  expect(await paintedStatuses(page, articleWithoutAds)).toEqual(['unsupported'])

  await toFrontPage(page)
  await expectAds(page, 'readable')
  expect(await tokenInPrebid(page)).toBe(advertisingToken)
  expect(watch.count('GET', identity)).toBe(read + 1)
  expect(await paintedStatuses(page, '/')).not.toContain('unsupported')
})

test('a page without ads says so in its HTML, and loads neither identity nor Prebid (S12)', async ({
  page,
  watch,
  reader: { advertisingToken },
}) => {
  for (const kind of ['articles', 'live']) {
    const response = await page.goto(`/${kind}/${articleWithoutAds}`)
    const html = (await response?.text()) ?? ''
    expect(html).toContain('data-uid2-status="unsupported"')
    expect(html).not.toContain(advertisingToken)
    await page.waitForLoadState('networkidle')
    await expect(statusLine(page, 'unsupported')).toBeVisible()
    expect(watch.count('GET', identity)).toBe(0)
    expect(await page.evaluate(() => 'pbjs' in window)).toBe(false)
  }
})

async function toFrontPage(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'All pieces, on the front page' }).click()
  await page.waitForURL((url) => url.pathname === '/')
}

/** Records before each paint which page is shown, and its status. */
function recordPaintedStatuses(): void {
  const painted = new Set<string>()
  Object.assign(window, { painted })
  const look = () => {
    const status = document.querySelector('[data-uid2-status]')?.getAttribute('data-uid2-status')
    painted.add(JSON.stringify([document.querySelector('h1')?.textContent, location.pathname, status]))
    requestAnimationFrame(look)
  }
  look()
}

/** The statuses painted while this page was shown. The URL changes before the page, so its heading has to match, too. */
async function paintedStatuses(page: Page, where: string): Promise<string[]> {
  const heading = await page.locator('h1').first().textContent()
  const painted = await page.evaluate(() => [...(window as unknown as { painted: Set<string> }).painted])
  const here = painted
    .map((text) => JSON.parse(text) as [string | null, string, string])
    .filter(([title, path]) => title === heading && path.endsWith(where))
  return [...new Set(here.map(([, , status]) => status))]
}
