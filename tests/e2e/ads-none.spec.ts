import { chromium, type Page } from '@playwright/test'
import { findChromium } from '#tests/support/browser.ts'
import { articles, expectAds, signInAndConsent, statusLine, tokenInPrebid } from './acts.ts'
import { expect, test } from './fixtures.ts'

const lamp = 'a-lamp-against-winter'
const identity = '/api/identity'

const toFrontPage = async (page: Page) => {
  await page.getByRole('link', { name: 'All pieces, on the front page' }).click()
  await page.waitForURL((url) => url.pathname === '/')
}

test('S12: on a page without ads the token is gone from Prebid and nothing asks for one; the page after it has it again', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken } = await signInAndConsent(context, { email })
  const other = await context.newPage()
  await other.goto(`/articles/${articles.second}`)
  await expectAds(other, 'readable')
  await page.addInitScript(recordPaintedStatuses)
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  await toFrontPage(page)
  await expectAds(page, 'readable')
  const [auctions, read] = [watch.auctions.length, watch.count('GET', identity)]

  await page.locator(`a[href="/articles/${lamp}"]`).first().click()
  await page.waitForURL(`**/articles/${lamp}`)
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await expect(page.locator('[data-ad-slot]')).toHaveCount(0)
  await page.evaluate(() => {
    window.dispatchEvent(new Event('online'))
    document.dispatchEvent(new Event('visibilitychange'))
  })
  // A round trip later, whatever that woke would have been sent.
  await page.evaluate(() => fetch('/api/site'))
  expect(watch.count('GET', identity)).toBe(read)
  expect(watch.count('POST', identity)).toBe(0)
  expect(watch.auctions).toHaveLength(auctions)
  expect(await tokenInPrebid(other)).toBe(advertisingToken)
  await expect(statusLine(other, 'available')).toBeVisible()
  expect(await paintedStatuses(page, lamp)).toEqual(['unsupported'])

  await toFrontPage(page)
  await expectAds(page, 'readable')
  expect(await tokenInPrebid(page)).toBe(advertisingToken)
  expect(watch.count('GET', identity)).toBe(read + 1)
  expect(await paintedStatuses(page, '/')).not.toContain('unsupported')
})

for (const kind of ['articles', 'live'])
  test(`S12: /${kind} says so from the first byte, and loads neither identity nor Prebid`, async ({
    page,
    context,
    watch,
    email,
  }) => {
    const { advertisingToken } = await signInAndConsent(context, { email: `${kind}-${email}` })
    const response = await page.goto(`/${kind}/${lamp}`)
    const html = (await response?.text()) ?? ''
    expect(html).toContain('data-uid2-status="unsupported"')
    expect(html).not.toContain(advertisingToken)
    await page.waitForLoadState('networkidle')
    await expect(statusLine(page, 'unsupported')).toBeVisible()
    expect(watch.count('GET', identity)).toBe(0)
    expect(await page.evaluate(() => 'pbjs' in window)).toBe(false)
  })

test('S12, S1: with the back/forward cache either kind of page is what it was', async ({
  baseURL,
  watch,
  email,
}, { annotations }) => {
  // Playwright switches the cache off.
  const ignoreDefaultArgs = ['--disable-back-forward-cache']
  const browser = await chromium.launch({ ...(await findChromium()), ignoreDefaultArgs })
  const context = await browser.newContext({ ...(baseURL && { baseURL }) })
  watch.follow(context)
  await signInAndConsent(context, { email })
  const page = await context.newPage()
  await page.addInitScript(() => {
    addEventListener('pageshow', ({ persisted }) => {
      document.documentElement.dataset.persisted = String(persisted)
    })
  })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  await page.goto(`/articles/${lamp}`)
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  await page.goto('/privacy')
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  const asked = watch.count('GET', identity)

  await page.goBack({ waitUntil: 'commit' })
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  await page.evaluate(() => fetch('/api/site'))
  expect(watch.count('GET', identity)).toBe(asked)
  await page.goBack({ waitUntil: 'commit' })
  await expect(statusLine(page, 'available')).toBeVisible()
  await expectAds(page, 'readable')
  expect(watch.count('GET', identity)).toBe(asked + 1)
  const restored = await page.evaluate(() => document.documentElement.dataset.persisted)
  annotations.push({
    type: 'back/forward cache',
    description: restored === 'true' ? 'restored' : 'loaded anew',
  })
  await browser.close()
})

/** In every frame, just before it is painted: which page is there, and what its status line says. */
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

/** Of the frames that showed this page, which its heading tells for certain only once it is there. */
async function paintedStatuses(page: Page, where: string): Promise<string[]> {
  const heading = await page.locator('h1').first().textContent()
  const painted = await page.evaluate(() => [...(window as unknown as { painted: Set<string> }).painted])
  const here = painted
    .map((text) => JSON.parse(text) as [string | null, string, string])
    .filter(([title, path]) => title === heading && path.endsWith(where))
  return [...new Set(here.map(([, , status]) => status))]
}
