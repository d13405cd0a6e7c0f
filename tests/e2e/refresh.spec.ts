import { articles, eidsOf, expectAds, readNext, signInAndConsent, tokenInPrebid } from './acts.ts'
import { expect, test } from './fixtures.ts'

test('a due token is used at once and refreshed by one POST after the auction, and the next page has the new one', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set({ lifetimes: { refreshFromMs: 1 } })
  const { advertisingToken: due } = await signInAndConsent(context, { email })
  // The page request itself starts the refresh, which ends after the auction.
  await operator.set({ faults: [{ on: 'refresh', latencyMs: 1_200 }] })

  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  await expect.poll(() => tokenInPrebid(page)).not.toBe(due)
  const fresh = (await tokenInPrebid(page)) ?? ''
  expect(watch.auctions.map(({ eids }) => eids)).toEqual([eidsOf(due)])
  const order = watch.requests
    .filter((request) => request.method() === 'POST')
    .map((request) => new URL(request.url()).pathname)
  expect(order).toEqual(['/sandbox/exchange/openrtb2/auction', '/api/identity'])
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })

  await readNext(page)
  await expectAds(page, 'readable')
  await page.goto(`/live/${articles.first}`)
  await expectAds(page, 'readable')
  expect(watch.auctions.slice(1).map(({ eids }) => eids)).toEqual([eidsOf(fresh), eidsOf(fresh)])
  expect(watch.count('POST', '/api/identity')).toBe(1)
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
})
