import { articles, expectAds, signInAndConsent, statusLine } from './acts.ts'
import { channelOf, expectFilled } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'
import { expectAllPages, refuse } from './refused-apis-acts.ts'

// Each API alone: tests/soak/refused-apis.spec.ts. The fallbacks: tests/unit/ads/browser-apis.test.ts.

test('no page is down where storage, cookies and tab messages throw, as in Firefox with cookies blocked (N28)', async ({
  newBrowser,
  watch,
  email,
}) => {
  watch.allow(/./, 'other companies’ code may complain')
  const context = await newBrowser()
  await signInAndConsent(context, { email })
  for (const api of ['BroadcastChannel', 'localStorage', 'sessionStorage', 'indexedDB', 'document.cookie'])
    await refuse(context, api, 'throws')
  await expectAllPages(await context.newPage())
})

test('without the APIs that our own code uses, readers have their token all the same (N28)', async ({
  page,
  context,
  reader: _,
}) => {
  for (const api of ['BroadcastChannel', 'requestIdleCallback', 'matchMedia'])
    await refuse(context, api, 'throws')
  await page.goto(`/articles/${articles.first}`)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expectAds(page, 'readable')
  await page.goto(`/patterns/${channelOf('several').slug}`)
  await expectFilled(page)
})

test('where `new BroadcastChannel` throws, the page has its token, and only the messages between tabs are missing (N28)', async ({
  page,
  context,
  reader: _,
}) => {
  await context.addInitScript(() => {
    class Refused {
      constructor() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      }
    }
    Object.assign(window, { BroadcastChannel: Refused, IntersectionObserver: Refused })
  })
  await page.goto(`/live/${articles.first}`)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expectAds(page, 'readable')
})
