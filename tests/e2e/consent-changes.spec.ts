import type { Page } from '@playwright/test'
import { decide, installCmp, inUs } from '#tests/support/cmp.ts'
import {
  articles,
  expectAds,
  holdPosts,
  identityOf,
  readNext,
  signIn,
  signInAndConsent,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

const first = `/articles/${articles.first}`

test('K6, N23: withdrawn in one tab, it is gone from both before the server has answered; given again, it is back', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken } = await signInAndConsent(context, { email })
  await installCmp(context, inUs('usnat'))
  const other = await context.newPage()
  await other.goto(`/live/${articles.second}`)
  await expectAds(other, 'readable')
  await page.goto(first)
  await expectAds(page, 'readable')
  expect(await tokenInPrebid(other)).toBe(advertisingToken)

  // An answer that was under way: the server has given it, and the page has not got it yet.
  const letIn = await holdAnswers(other, '/api/identity')
  await readNext(other)
  await expect.poll(letIn.held).toBe(1)
  const release = await holdPosts(page, '/api/identity')
  const afterNo = watch.requests.length
  await decide(page, inUs('usnat', { SaleOptOut: 1 }))
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await expect.poll(() => tokenInPrebid(other)).toBeNull()
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
  await letIn.release()
  await expect.poll(letIn.held).toBe(0)
  expect(await tokenInPrebid(other)).toBeNull()
  await release()
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  await expect(statusLine(other, 'unsupported')).toBeVisible()
  await expectAds(page, 'none')
  await expectAds(other, 'none')
  expect(await watch.carrying(advertisingToken, afterNo)).toEqual([])

  await decide(page, inUs('usnat'))
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect(statusLine(other, 'available')).toBeVisible()
  await readNext(page)
  await expectAds(page, 'readable')
})

test('G1, K6: Google’s cache is cleared with the token, and with nothing else', async ({
  page,
  context,
  email,
}) => {
  await page.addInitScript(() => {
    const cleared = { times: 0 }
    const googletag = {
      cmd: { push: (run: () => void) => run() },
      secureSignalProviders: { push() {}, clearAllCache: () => void cleared.times++ },
    }
    Object.assign(window, { cleared, googletag })
  })
  const cleared = () =>
    page.evaluate(() => (window as unknown as { cleared: { times: number } }).cleared.times)
  await page.goto(first)
  await expectAds(page, 'none')
  expect(await cleared()).toBe(0)
  await signInAndConsent(context, { email })
  await installCmp(context, inUs('usnat'))
  await page.goto(first)
  await expectAds(page, 'readable')
  await readNext(page)
  await expectAds(page, 'readable')
  expect(await cleared()).toBe(0)
  await decide(page, inUs('usnat', { SaleOptOut: 1 }))
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  expect(await cleared()).toBe(1)
})

test('K6: the answer to the question takes the signals along, so that no ID is made first', async ({
  page,
  context,
  operator,
  email,
}) => {
  await installCmp(context, inUs('usnat', { SaleOptOut: 1 }))
  await signIn(page, { email })
  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await expect.poll(() => identityOf(context)).toMatchObject({ status: 'unsupported', reason: 'consent' })
  expect(await operator.calls()).toMatchObject({ generate: 0 })
  await decide(page, inUs('usnat'))
  await expect.poll(() => identityOf(context)).toMatchObject({ status: 'available' })
})

/** Lets the server answer, and the page wait for it. */
async function holdAnswers(page: Page, path: string) {
  let held = 0
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route(
    ({ pathname }) => pathname === path,
    async (route) => {
      const response = await route.fetch()
      held += 1
      await released
      await route.fulfill({ response })
      held -= 1
    },
  )
  return { held: () => held, release: async () => release() }
}
