import { openBarePage } from '#tests/support/bare-page.ts'
import { identityOf, signInAndConsent, signOutByApi, statusLine, tokenInPrebid } from './acts.ts'
import {
  allKept,
  channelOf,
  expectFilled,
  holdRefreshes,
  identifiersIn,
  lookAgain,
  openPattern,
  requestsSince,
  storageOf,
} from './channel-acts.ts'
import { expect, test } from './fixtures.ts'
import { clientIdentity, expectOnly, personOf, storeAsSdk } from './leftovers.ts'

// Client hand-off: Prebid or UID2's SDK refreshes in the browser. tests/soak/browser-sdk.spec.ts has more.
test.use({ settings: { UID2_HANDOFF: 'client' } })

const refresh = '/sandbox/operator/v2/token/refresh'
const dueAtOnce = { lifetimes: { refreshFromMs: 1 } }

test('browser-sdk: an identity of A’s that an SDK left in the browser is neither refreshed, kept nor sent for B (P11c)', async ({
  page,
  context,
  operator,
  watch,
  email,
  baseURL,
}) => {
  await operator.set(dueAtOnce)
  const ofA = await clientIdentity(context, `a-${email}`)
  await openBarePage(page)
  await storeAsSdk(page, ofA, baseURL)
  await context.clearCookies()
  const ofB = await clientIdentity(context, `b-${email}`)
  await openPattern(page, channelOf('browser-sdk'))
  await expect(page.locator('.events')).toContainText('refreshed')
  expect(watch.count('POST', refresh)).toBe(1)
  await expectOnly(await personOf(ofB.advertising_token, baseURL), page, watch.auctions, baseURL)
  expect(await storageOf(page)).not.toContain(ofA.advertising_token)
  expect(await storageOf(page)).not.toContain('_config')
  expect(await watch.carrying(ofA.refresh_token)).toEqual([])
})

test('prebid-refresh: an opt-out that the browser’s refresh learns of is confirmed and remembered by the server (U3, P10)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set(dueAtOnce)
  const { advertisingToken } = await signInAndConsent(context, { email })
  await operator.set({ faults: [{ on: 'refresh', kind: 'optout' }] })
  await openPattern(page, channelOf('prebid-refresh'))
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  expect(watch.count('POST', refresh)).toBe(1)
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 2 })
  expect(await identityOf(context)).toMatchObject({ status: 'opted_out' })
  await expectFilled(page)
  for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
  await operator.set({})
  const requests = watch.requests.length
  await page.reload()
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  await expectFilled(page)
  expect(await watch.carrying(advertisingToken, requests)).toEqual([])
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
})

test('prebid-refresh: a sign-out during the browser’s refresh leaves nothing, then or when its answer arrives (S1)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set(dueAtOnce)
  const { advertisingToken } = await signInAndConsent(context, { email })
  await operator.set({})
  const channel = channelOf('prebid-refresh')
  const release = await holdRefreshes(page)
  const refreshing = page.waitForRequest(/\/v2\/token\/refresh/)
  await openPattern(page, channel)
  const request = await refreshing
  await signOutByApi(context)
  const [auctions, requests] = [watch.auctions.length, watch.requests.length]
  await lookAgain(page)
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  expect(identifiersIn(await requestsSince(watch, auctions, channel))).toEqual([])
  release()
  await (await request.response())?.finished()
  for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
  expect(await tokenInPrebid(page)).toBeNull()
  expect(await watch.carrying(advertisingToken, requests)).toEqual([])
  expect(watch.count('POST', refresh)).toBe(1)
})
