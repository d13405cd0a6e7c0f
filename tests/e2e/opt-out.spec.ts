import { identityCookie } from '../support/publication.ts'
import {
  articles,
  expectAds,
  holdPosts,
  identityOf,
  signInAndConsent,
  signInByApi,
  signOutByApi,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

test('a reader who opted out at UID2 reads so, gets no token, and is not asked again after the next sign-in (U3)', async ({
  page,
  context,
  operator,
  watch,
}) => {
  for (const visit of ['first', 'second']) {
    await signInByApi(context, { email: 'optout@example.com' })
    await page.goto('/choice')
    if (visit === 'first') await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
    await expect(page.getByRole('heading', { name: 'You have opted out' })).toBeVisible()
    await expect(page.getByRole('button', { name: 'Yes, use it for ads' })).toHaveCount(0)
    await page.goto(`/articles/${articles.first}`)
    await expect(statusLine(page, 'opted_out')).toContainText('You opted out at UID2')
    await expectAds(page, 'none')
    expect(await tokenInPrebid(page)).toBeNull()
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
    await signOutByApi(context)
  }
  expect(watch.auctions.filter(({ eids }) => eids !== undefined)).toEqual([])
})

test('an opt-out that a refresh answers removes the token from the open page, for later sign-ins too (U2)', async ({
  page,
  context,
  operator,
  watch,
}) => {
  await operator.set({
    lifetimes: { refreshFromMs: 1 },
    faults: [{ on: 'refresh', kind: 'optout', latencyMs: 1_000 }],
  })
  const { advertisingToken } = await signInAndConsent(context, { email: 'refresh-optout@example.com' })
  const release = await holdPosts(page, '/api/identity')
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const auctions = watch.auctions.length
  await release()
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  const requests = watch.requests.length
  await expectAds(page, 'none')
  expect(await tokenInPrebid(page)).toBeNull()
  expect(watch.auctions.slice(auctions).filter(({ eids }) => eids !== undefined)).toEqual([])
  expect((await context.cookies()).map(({ name }) => name)).not.toContain(identityCookie)

  await signOutByApi(context)
  await signInByApi(context, { email: 'refresh-optout@example.com' })
  expect(await identityOf(context)).toMatchObject({ status: 'opted_out' })
  expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
  expect(await watch.carrying(advertisingToken, requests)).toEqual([])
})
