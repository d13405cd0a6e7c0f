import {
  articles,
  expectAds,
  identityOf,
  signIn,
  signInAndConsent,
  signOut,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

test('a reader who opted out at UID2 is told so, gets no token, and is never asked about again (U3)', async ({
  page,
  operator,
  watch,
}) => {
  for (let visit = 1; visit <= 3; visit++) {
    await signIn(page, { email: 'optout@example.com' })
    if (visit === 1) await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
    await expect(page.getByRole('heading', { name: 'You have opted out' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Yes, use it for ads' })).toHaveCount(0)
    await page.goto(`/articles/${articles.first}`)
    await expect(statusLine(page, 'opted_out')).toContainText('You opted out at UID2')
    await expectAds(page, 'none')
    expect(await tokenInPrebid(page)).toBeNull()
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
    await signOut(page)
  }
  expect(watch.auctions.filter(({ eids }) => eids !== undefined)).toEqual([])
})

test('an opt-out that a refresh brings takes the token off the open page, for good (U2)', async ({
  page,
  context,
  operator,
  watch,
}) => {
  await operator.set({ lifetimes: { refreshFromMs: 4_000 } })
  const { advertisingToken } = await signInAndConsent(context, { email: 'refresh-optout@example.com' })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const seen = watch.auctions.length
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  const told = watch.requests.length
  await expectAds(page, 'none')
  expect(await tokenInPrebid(page)).toBeNull()
  expect(watch.auctions.slice(seen).filter(({ eids }) => eids !== undefined)).toEqual([])
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('uid2')

  await signOut(page)
  await signIn(page, { email: 'refresh-optout@example.com' })
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'opted_out' })
  expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
  expect(await watch.carrying(advertisingToken, told)).toEqual([])
})
