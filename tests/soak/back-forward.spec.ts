import type { Browser, BrowserContext, Page } from '@playwright/test'
import { readAsBuyer } from '#tests/support/buyer.ts'
import { articles, expectAds, signInAndConsent, signOut, signOutByApi, statusLine } from '../e2e/acts.ts'
import { launchWithCache, leavePage, reportRestored } from '../e2e/back-forward-acts.ts'
import { channelOf, identifiersIn, openPattern, storageOf, tokenOfPage } from '../e2e/channel-acts.ts'
import { expect, test } from '../e2e/fixtures.ts'
import { pageWithoutAds } from '../support/publication.ts'

let browser: Browser
test.beforeAll(async () => {
  browser = await launchWithCache()
})
test.afterAll(() => browser.close())

const openArticle = (kind: string) => async (page: Page) => {
  await page.goto(`/${kind}/${articles.first}`)
  await expectAds(page, 'readable')
}

const ways = {
  'in another tab': async (context: BrowserContext) => signOut(await context.newPage()),
  'by deleting the cookies': (context: BrowserContext) => context.clearCookies(),
}

for (const [way, act] of Object.entries(ways))
  for (const kind of ['articles', 'live'])
    test(`back to a page of /${kind} after a sign-out ${way}: nothing of the reader is used (S1, N23)`, async ({
      baseURL,
      watch,
      email,
    }) => {
      const left = await leavePage(browser, { baseURL, watch, email }, openArticle(kind))
      const { context, page, advertisingToken } = left
      await act(context)
      const requests = watch.requests.length
      await page.goBack({ waitUntil: 'commit' })
      await expect(statusLine(page, 'signed_out')).toBeVisible()
      await expectAds(page, 'none')
      expect(await watch.carrying(advertisingToken, requests)).toEqual([])
      await reportRestored(page)
      await context.close()
    })

for (const kind of ['articles', 'live'])
  test(`back to a page of /${kind} of A’s, after B has signed in: it has B’s token (S1)`, async ({
    baseURL,
    watch,
    email,
  }) => {
    const left = await leavePage(browser, { baseURL, watch, email: `a-${email}` }, openArticle(kind))
    const { context, page, advertisingToken: tokenOfA } = left
    await signOutByApi(context)
    const requests = watch.requests.length
    const { advertisingToken: tokenOfB } = await signInAndConsent(context, { email: `b-${email}` })
    await page.goBack({ waitUntil: 'commit' })
    await expectAds(page, 'readable')
    await expect.poll(() => page.evaluate(tokenOfPage)).toBe(tokenOfB)
    expect(await watch.carrying(tokenOfA, requests)).toEqual([])
    await reportRestored(page)
    await context.close()
  })

test('back to a page without ads it requests nothing, and back to the page before it has its token (S12, S1)', async ({
  baseURL,
  watch,
  email,
}) => {
  const identity = '/api/identity'
  const { context, page } = await leavePage(browser, { baseURL, watch, email }, openArticle('articles'))
  await page.goto(pageWithoutAds)
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  await page.goto('/privacy')
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible()
  const asked = watch.count('GET', identity)
  await page.goBack({ waitUntil: 'commit' })
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  // After a round trip any request of the restored page has been sent.
  await page.evaluate(() => fetch('/api/site'))
  expect(watch.count('GET', identity)).toBe(asked)
  await page.goBack({ waitUntil: 'commit' })
  await expect(page).toHaveURL(/\/privacy$/)
  await page.goBack({ waitUntil: 'commit' })
  await expectAds(page, 'readable')
  expect(watch.count('GET', identity)).toBe(asked + 1)
  await reportRestored(page)
  await context.close()
})

test.describe(() => {
  test.use({ settings: { UID2_HANDOFF: 'client' } })

  test('browser-sdk: back to a page of A’s, after B has signed in: it has B’s token (S1)', async ({
    baseURL,
    operator,
    watch,
    email,
  }) => {
    watch.allow(/refreshing the token/, 'the SDK warns of the refresh that was aborted')
    const sdk = channelOf('browser-sdk')
    const reader = { baseURL, watch, email: `a-${email}` }
    const left = await leavePage(browser, reader, (page) => openPattern(page, sdk))
    const { context, page, advertisingToken: tokenOfA } = left
    await signOutByApi(context)
    await operator.set({ lifetimes: { refreshFromMs: 1 } })
    const { advertisingToken: tokenOfB } = await signInAndConsent(context, { email: `b-${email}` })
    const auctions = watch.auctions.length
    await page.goBack({ waitUntil: 'commit' })
    const personOf = async (token: string | null | undefined) =>
      (await readAsBuyer(`${baseURL}/sandbox/operator`, token ?? '')).person
    const person = await personOf(tokenOfB)
    await expect.poll(async () => personOf(await page.evaluate(tokenOfPage))).toBe(person)
    await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
    expect(await storageOf(page)).not.toContain(tokenOfA)
    for (const id of identifiersIn(watch.auctions.slice(auctions)))
      expect(await personOf(id.split(' ')[1])).toBe(person)
    await context.close()
  })
})
