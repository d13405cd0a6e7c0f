import {
  articles,
  eidsOf,
  expectAds,
  giveConsent,
  holdPosts,
  identityOf,
  readNext,
  signIn,
  signInAndConsent,
  signOut,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

test('S1: in one tab, nothing of A is sent once A has signed out, nor when B has signed in', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email: `a-${email}` })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  expect(watch.auctions.at(-1)?.eids).toEqual(eidsOf(tokenOfA))

  const afterSignOut = watch.requests.length
  await signOut(page)
  await expectAds(page, 'none')
  await signIn(page, { email: `b-${email}` })
  await giveConsent(page)
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const b = await identityOf(context)
  if (b.status !== 'available') throw new Error(b.status)
  expect(b.advertisingToken).not.toBe(tokenOfA)
  expect(watch.auctions.at(-1)?.eids).toEqual(eidsOf(b.advertisingToken))
  expect(await watch.carrying(tokenOfA, afterSignOut)).toEqual([])
})

test('S1, N23: in two tabs, a sign-out in one takes the token from the other before any server answers', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email: `a-${email}` })
  const other = await context.newPage()
  await page.goto(`/articles/${articles.first}`)
  await other.goto(`/live/${articles.second}`)
  await expectAds(page, 'readable')
  await expectAds(other, 'readable')
  expect(await tokenInPrebid(page)).toBe(tokenOfA)

  const afterSignOut = watch.requests.length
  await other.goto('/privacy')
  const release = await holdPosts(other, '/api/forms/sign-out')
  await other.getByRole('button', { name: 'Sign out' }).click()
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
  await release()
  await other.waitForURL((url) => url.pathname === '/')
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await expectAds(page, 'none')
  expect(await tokenInPrebid(page)).toBeNull()

  await signIn(other, { email: `b-${email}` })
  await giveConsent(other)
  await other.goto(`/articles/${articles.first}`)
  await expectAds(other, 'readable')
  await readNext(page)
  await expectAds(page, 'readable')
  const tokenOfB = await tokenInPrebid(other)
  expect(await tokenInPrebid(page)).toBe(tokenOfB)
  expect(tokenOfB).not.toBe(tokenOfA)
  expect(await watch.carrying(tokenOfA, afterSignOut)).toEqual([])
})

test('S1: a link clicked while the sign-out is on its way does not bring the token back', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken } = await signInAndConsent(context, { email })
  await page.goto('/privacy')
  const release = await holdPosts(page, '/api/forms/sign-out')
  const afterSignOut = watch.requests.length
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await page.getByRole('link', { name: 'Front page' }).first().click()
  await page.waitForURL((url) => url.pathname === '/')
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
  expect(watch.count('GET', '/api/identity')).toBe(0)
  await release()
  await expect.poll(async () => (await identityOf(context)).status).toBe('signed_out')
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await expectAds(page, 'none')
  expect(await tokenInPrebid(page)).toBeNull()
  expect(await watch.carrying(advertisingToken, afterSignOut)).toEqual([])
})

test('S1, A12: signing in as B in a tab that was open before takes A’s token from the other tab', async ({
  page,
  context,
  watch,
  email,
}) => {
  const other = await context.newPage()
  await other.goto('/sign-in')
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email: `a-${email}` })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const form = other.getByRole('form', { name: 'Sign in as anybody' })
  await form.getByRole('textbox').fill(`b-${email}`)
  const afterSwitch = watch.requests.length
  await form.getByRole('button', { name: 'Sign in' }).click()
  await other.waitForURL('**/choice')
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await expect(statusLine(page, 'no_choice')).toBeVisible()
  await giveConsent(other)
  await page.bringToFront()
  await readNext(page)
  await expectAds(page, 'readable')
  const tokenOfB = await tokenInPrebid(page)
  expect(tokenOfB).not.toBe(tokenOfA)
  expect(await watch.carrying(tokenOfA, afterSwitch)).toEqual([])
})

test('S1: a switch behind the back of an open page is seen as soon as that page reads on', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email: `a-${email}` })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  // No page of this browser takes part, so none can tell the others.
  await context.clearCookies()
  const { advertisingToken: tokenOfB } = await signInAndConsent(context, { email: `b-${email}` })
  const afterSwitch = watch.auctions.length
  await readNext(page)
  await expect.poll(() => watch.auctions.length).toBeGreaterThan(afterSwitch)
  await expectAds(page, 'readable')
  expect(await tokenInPrebid(page)).toBe(tokenOfB)
  expect(watch.auctions.slice(afterSwitch).map(({ eids }) => eids)).toEqual([eidsOf(tokenOfB)])
  expect(tokenOfB).not.toBe(tokenOfA)
})
