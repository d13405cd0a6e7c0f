import type { BrowserContext, Page } from '@playwright/test'
import { articles, expectAds, signInAndConsent, statusLine } from './acts.ts'
import { channels, expectFilled } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

/** What a browser may lack or refuse. */
const apis = [
  'BroadcastChannel',
  'localStorage',
  'sessionStorage',
  'indexedDB',
  'requestIdleCallback',
  'IntersectionObserver',
  'matchMedia',
  'crypto',
  'structuredClone',
  'document.cookie',
  'crypto.randomUUID',
  'crypto.subtle',
  'crypto.getRandomValues',
  'navigator.sendBeacon',
  'navigator.locks',
  'AbortSignal.any',
  'AbortSignal.timeout',
] as const
type Api = (typeof apis)[number]

/** On each page of this browser from now on: not there, or throwing when it is read, as Firefox does with storage. */
const refuse = (context: BrowserContext, api: Api, how: 'missing' | 'throws') =>
  context.addInitScript(
    ({ api, how }) => {
      const path = api.split('.')
      const name = path.pop() ?? ''
      const holder = path.reduce((at, key) => Reflect.get(at, key) as object, window as object)
      const get = () => {
        if (how === 'throws') throw new DOMException('The operation is insecure.', 'SecurityError')
      }
      Object.defineProperty(holder, name, { configurable: true, get, set() {} })
    },
    { api, how },
  )

const pages = [
  '/',
  `/articles/${articles.first}`,
  `/live/${articles.first}`,
  '/privacy',
  '/sign-in',
  '/choice',
  '/patterns',
]

/** The page is there, with its own heading and footer: an error page of Next or of ours has neither. */
async function expectWhole(page: Page, path: string) {
  await page.goto(path)
  await expect(page.getByRole('contentinfo')).toContainText('Your privacy choices')
  // Effects have run: the status is the reader's.
  await expect(page.locator('[data-uid2-status]').first()).not.toHaveAttribute('data-uid2-status', 'loading')
  await expect(page.getByText(/something went wrong|the lamp went out|application error/i)).toHaveCount(0)
}

for (const how of ['missing', 'throws'] as const)
  for (const api of apis)
    test(`N28: no page is down where ${api} ${how === 'missing' ? 'is missing' : 'throws'}`, async ({
      newBrowser,
      watch,
      email,
    }) => {
      watch.allow(/./, 'what others load may complain')
      const context = await newBrowser()
      await signInAndConsent(context, { email })
      await refuse(context, api, how)
      const page = await context.newPage()
      for (const path of pages) await expectWhole(page, path)
    })

test('N28: where a browser refuses all that is ours to go without, readers are recognised all the same', async ({
  newBrowser,
  email,
}) => {
  const context = await newBrowser()
  await signInAndConsent(context, { email })
  for (const api of ['BroadcastChannel', 'requestIdleCallback', 'matchMedia'] as const)
    await refuse(context, api, 'throws')
  const page = await context.newPage()
  await page.goto(`/articles/${articles.first}`)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expectAds(page, 'readable')
  for (const { slug, handoff } of channels)
    if (handoff === 'server') {
      await page.goto(`/patterns/${slug}`)
      await expectFilled(page)
    }
})

test('N28: `new BroadcastChannel` that throws, as in Firefox with cookies blocked, costs the other tabs alone', async ({
  newBrowser,
  email,
}) => {
  const context = await newBrowser()
  await signInAndConsent(context, { email })
  await context.addInitScript(() => {
    class Refused {
      constructor() {
        throw new DOMException('The operation is insecure.', 'SecurityError')
      }
    }
    Object.assign(window, { BroadcastChannel: Refused, IntersectionObserver: Refused })
  })
  const page = await context.newPage()
  await page.goto(`/live/${articles.first}`)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expectAds(page, 'readable')
})
