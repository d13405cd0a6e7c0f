import type { Page } from '@playwright/test'
import { decide, installCmp, inUs } from '#tests/support/cmp.ts'
import {
  articles,
  expectAds,
  holdPosts,
  identityOf,
  readNext,
  signInByApi,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

const first = `/articles/${articles.first}`

test('a consent withdrawn in one tab removes the token from both before the server has answered; given again, it is back (K6, N23)', async ({
  page,
  context,
  watch,
  reader: { advertisingToken },
}) => {
  await installCmp(context, inUs('usnat'))
  const other = await context.newPage()
  await other.goto(`/live/${articles.second}`)
  await expectAds(other, 'readable')
  await page.goto(first)
  await expectAds(page, 'readable')
  expect(await tokenInPrebid(other)).toBe(advertisingToken)

  // The server has given this answer, and the page gets it only later.
  const answers = await holdAnswers(other, '/api/identity')
  await readNext(other)
  await expect.poll(answers.held).toBe(1)
  const release = await holdPosts(page, '/api/identity')
  const withdrawn = watch.requests.length
  await decide(page, inUs('usnat', { SaleOptOut: 1 }))
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await expect.poll(() => tokenInPrebid(other)).toBeNull()
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
  answers.release()
  await expect.poll(answers.held).toBe(0)
  expect(await tokenInPrebid(other)).toBeNull()
  await release()
  for (const tab of [page, other]) {
    await expect(statusLine(tab, 'unsupported')).toBeVisible()
    await expectAds(tab, 'none')
  }
  expect(await watch.carrying(advertisingToken, withdrawn)).toEqual([])

  await decide(page, inUs('usnat'))
  for (const tab of [page, other]) await expect(statusLine(tab, 'available')).toBeVisible()
  await readNext(page)
  await expectAds(page, 'readable')
})

test('Google’s cache is cleared with a withdrawn token, and by nothing else (G1, K6)', async ({
  page,
  context,
  reader: _,
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

test('the answer to the question is sent with the platform’s signals, so that no token is made against them (K6)', async ({
  page,
  context,
  operator,
  email,
}) => {
  await installCmp(context, inUs('usnat', { SaleOptOut: 1 }))
  await signInByApi(context, { email })
  await page.goto('/choice')
  await expect.poll(() => page.evaluate(signalsOfPage)).not.toBeNull()
  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await expect.poll(() => identityOf(context)).toMatchObject({ status: 'unsupported', reason: 'consent' })
  expect(await operator.calls()).toMatchObject({ generate: 0 })
  await decide(page, inUs('usnat'))
  await expect.poll(() => identityOf(context)).toMatchObject({ status: 'available' })
})

/** Runs in the page: what its token store has heard of the consent platform. */
function signalsOfPage(): unknown {
  const { [Symbol.for('uid2.tokenStore')]: tokenStore } = window as unknown as Record<
    symbol,
    { signals(): unknown } | undefined
  >
  return tokenStore?.signals() ?? null
}

/** The server answers, and the page gets its answers when they are released. */
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
  return { held: () => held, release: () => release() }
}
