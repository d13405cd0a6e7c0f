import { identityCookie } from '../support/publication.ts'
import {
  accountLink,
  articles,
  expectAds,
  holdPosts,
  identityOf,
  readNext,
  signInAndConsent,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

const first = `/articles/${articles.first}`

test('Global Privacy Control is the denial of a reader who had consented, is shown as honoured, and lasts until the next consent (S7)', async ({
  context,
  newBrowser,
  operator,
  watch,
  email,
}) => {
  await operator.set({ lifetimes: { refreshFromMs: 1 } })
  const { advertisingToken } = await signInAndConsent(context, { email })
  const signalling = await newBrowser({
    storageState: await context.storageState(),
    extraHTTPHeaders: { 'Sec-GPC': '1' },
  })
  const page = await signalling.newPage()
  await page.goto(first)
  await expect(statusLine(page, 'gpc')).toContainText('Opt-out signal honoured')
  await expectAds(page, 'none')
  await page.goto(`/live/${articles.first}`)
  await expect(statusLine(page, 'gpc')).toBeVisible()
  await expectAds(page, 'none')
  expect(await tokenInPrebid(page)).toBeNull()
  expect(watch.auctions.map(({ eids }) => eids)).toEqual([undefined, undefined])
  expect(await watch.carrying(advertisingToken)).toEqual([])
  await page.goto('/choice')
  await expect(page.getByRole('heading', { name: 'Your browser has already answered' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Yes, use it for ads' })).toHaveCount(0)
  // The refresh that was due is not made either.
  expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  // The denial holds without the signal too, also in the browser that never sent it.
  await signalling.setExtraHTTPHeaders({})
  for (const browser of [signalling, context])
    expect(await identityOf(browser)).toMatchObject({ status: 'denied' })
  await page.goto('/privacy')
  await expect(page.getByText('by the signal of your browser, Global Privacy Control')).toBeVisible()
  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await expect(statusLine(page, 'available')).toBeVisible()
})

test('a denial on the privacy page removes the token from the other tab before the server answers; the next consent brings one (K6, N23)', async ({
  page,
  context,
  watch,
  reader: { advertisingToken },
}) => {
  const privacy = await context.newPage()
  await page.goto(first)
  await expectAds(page, 'readable')
  await privacy.goto('/privacy')
  const release = await holdPosts(privacy, '/api/forms/choice')

  const denied = watch.requests.length
  await privacy.getByRole('button', { name: 'No, do not use it' }).click()
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await release()
  await expectAds(page, 'none')
  await expect(statusLine(privacy, 'denied')).toBeVisible()
  await expect(statusLine(page, 'denied')).toContainText('the answer on record is no')
  await readNext(page)
  await expectAds(page, 'none')
  expect(await tokenInPrebid(page)).toBeNull()
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(identityCookie)
  expect(await watch.carrying(advertisingToken, denied)).toEqual([])

  await privacy.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await expect(statusLine(privacy, 'available')).toBeVisible()
  await readNext(page)
  await expectAds(page, 'readable')
})

test('deleting one’s records on the privacy page removes the token from the other tab before the server answers (K6, N23)', async ({
  page,
  context,
  watch,
  reader: { advertisingToken },
}) => {
  const privacy = await context.newPage()
  await page.goto(first)
  await expectAds(page, 'readable')
  await privacy.goto('/privacy')
  const release = await holdPosts(privacy, '/api/forms/delete-records')
  const deleted = watch.requests.length
  await privacy.getByRole('button', { name: 'Delete my records' }).click()
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await release()
  await expect(privacy.getByText('Your records are deleted.')).toBeVisible()
  await expect(privacy.getByRole('heading', { name: 'What is on record about you' })).toBeFocused()
  await expect(statusLine(privacy, 'no_choice')).toBeVisible()
  await expectAds(page, 'none')
  await expect(statusLine(page, 'no_choice')).toBeVisible()
  expect(await watch.carrying(advertisingToken, deleted)).toEqual([])
})

test('an answer, a deletion and a sign-out that cannot be sent get a message, and can be sent again (N24b)', async ({
  page,
  context,
  watch,
  reader: _,
}) => {
  watch.allow(/net::ERR_FAILED .*\/api\/forms\//, 'Chromium reports the blocked requests by itself')
  await page.goto('/privacy')
  await page.route('**/api/forms/*', (route) => route.abort())
  for (const name of ['No, do not use it', 'Delete my records', 'Sign out']) {
    await page.getByRole('button', { name }).click()
    await expect(page.locator('form', { hasText: name }).getByRole('alert')).toHaveText(
      'We could not reach the server, so this may not be done. Please try again in a moment.',
    )
    await expect(page.getByRole('button', { name })).toBeFocused()
  }
  await expect(statusLine(page, 'available')).toBeVisible()
  await page.unroute('**/api/forms/*')
  await page.getByRole('button', { name: 'No, do not use it' }).click()
  await expect(statusLine(page, 'denied')).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'denied' })
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})

test('the masthead has a sign-in link, and for a signed-in reader a link to the sign-out button, also on a phone', async ({
  page,
  context,
  email,
}) => {
  const signInLinks = page.getByRole('link', { name: 'Sign in' })
  await page.goto(first)
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await expect(signInLinks).toHaveCount(2)
  await signInAndConsent(context, { email })
  await page.reload()
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect(signInLinks).toHaveCount(0)
  await page.setViewportSize({ width: 320, height: 568 })
  for (const from of ['/', '/privacy']) {
    await page.goto(from)
    await expect(accountLink(page)).toHaveText('Sign out')
    await accountLink(page).click()
    await expect(page.getByRole('button', { name: 'Sign out' })).toBeInViewport()
  }
})

test('where the server cannot be asked who is signed in, there is no advertising ID, and the masthead has the sign-in link', async ({
  page,
  watch,
}) => {
  watch.allow(/net::ERR_FAILED .*\/api\/identity/, 'Chromium reports the blocked request by itself')
  await page.route('**/api/identity', (route) => route.abort())
  await page.goto('/')
  await expect(statusLine(page, 'unavailable')).toContainText('No advertising ID right now')
  await expect(accountLink(page)).toHaveText('Sign in')
})
