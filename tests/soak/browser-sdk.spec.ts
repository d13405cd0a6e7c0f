import { openBarePage } from '#tests/support/bare-page.ts'
import { identityOf, signInAndConsent, signOutByApi, statusLine } from '../e2e/acts.ts'
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
  tokenOfPage,
} from '../e2e/channel-acts.ts'
import { expect, test } from '../e2e/fixtures.ts'
import { clientIdentity, expectOnly, personOf, storeAsSdk } from '../e2e/leftovers.ts'

/* What UID2's SDK does by itself never makes another reader's token the page's. The rules: tests/unit/ads/uid2-sdk*. */

test.use({ settings: { UID2_HANDOFF: 'client' } })
test.beforeEach(({ watch }) =>
  watch.allow(/refreshing the token/, 'the SDK warns of a refresh that was aborted'),
)

const sdk = channelOf('browser-sdk')
const refresh = '/sandbox/operator/v2/token/refresh'
const dueAtOnce = { lifetimes: { refreshFromMs: 1 } }

for (const [place, path] of [
  ['in local storage', undefined],
  ['in cookies of a folder', '/patterns'],
] as const)
  for (const isDue of [false, true])
    test(`browser-sdk: A left an identity ${place}, and B’s is ${isDue ? 'due' : 'not due'}: nothing of A is refreshed, kept or sent (P11c)`, async ({
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
      await storeAsSdk(page, ofA, baseURL, path)
      await context.clearCookies({ name: /^(?!__uid_2)/ })
      if (!isDue) await operator.set({})
      const ofB = await clientIdentity(context, `b-${email}`)
      await openPattern(page, sdk)
      await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
      if (isDue) await expect(page.locator('.events')).toContainText('refreshed')
      else expect(await page.evaluate(tokenOfPage)).toBe(ofB.advertising_token)
      expect(watch.count('POST', refresh)).toBe(isDue ? 1 : 0)
      await expectOnly(await personOf(ofB.advertising_token, baseURL), page, watch.auctions, baseURL)
      expect(await storageOf(page)).not.toContain(ofA.advertising_token)
      expect(await storageOf(page)).not.toContain('_config')
      expect(await watch.carrying(ofA.refresh_token)).toEqual([])
    })

test('browser-sdk: what another tab stores of another reader is dropped, and the server is asked (P11c)', async ({
  page,
  context,
  operator,
  watch,
  email,
  baseURL,
}) => {
  await operator.set(dueAtOnce)
  const ofA = await clientIdentity(context, `a-${email}`)
  await context.clearCookies()
  await operator.set({})
  const ofB = await clientIdentity(context, `b-${email}`)
  await openPattern(page, sdk)
  await expect.poll(() => storageOf(page)).toContain(ofB.advertising_token)
  const other = await context.newPage()
  await openBarePage(other)
  await storeAsSdk(other, ofA, baseURL)

  // The SDK reads its storage every five seconds.
  await expect.poll(() => watch.count('POST', '/api/identity')).toBe(1)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
  await expectOnly(await personOf(ofB.advertising_token, baseURL), page, watch.auctions, baseURL)
  expect(await storageOf(page)).not.toContain(ofA.advertising_token)
})

test('browser-sdk: two tabs of one reader share what either refreshes (P11c)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set({ lifetimes: { refreshFromMs: 2_000 } })
  await signInAndConsent(context, { email })
  const other = await context.newPage()
  await openPattern(page, sdk)
  await openPattern(other, sdk)
  await operator.set({})
  for (const tab of [page, other]) await expect(tab.locator('.events')).toContainText('refreshed')
  // Both may have refreshed at once. The later one is stored, and the other tab goes on from it.
  await expect
    .poll(async () => {
      const stored = await storageOf(page)
      const tokens = [await page.evaluate(tokenOfPage), await other.evaluate(tokenOfPage)]
      return tokens.some((token) => token !== null && stored.includes(`"advertising_token\\":\\"${token}`))
    })
    .toBe(true)
  expect(watch.count('POST', '/api/identity')).toBe(0)
})

test('browser-sdk: when the SDK loses its identity without an event, the server is asked (U3e)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  const { advertising_token } = await clientIdentity(context, email)
  await openPattern(page, sdk)
  await expect.poll(() => storageOf(page)).toContain(advertising_token)
  await page.evaluate(() => {
    const { __uid2 } = window as unknown as { __uid2: { disconnect(): void } }
    __uid2.disconnect()
  })
  await expect.poll(() => watch.count('POST', '/api/identity')).toBe(1)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect.poll(() => page.evaluate(tokenOfPage)).not.toBe(advertising_token)
  expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
})

test('browser-sdk: a page whose identity is due refreshes it once, though the SDK has a configuration (P11d)', async ({
  page,
  context,
  operator,
  email,
  baseURL,
}) => {
  await operator.set(dueAtOnce)
  const identity = await clientIdentity(context, email)
  await operator.set({})
  await openBarePage(page)
  await storeAsSdk(page, identity, baseURL)
  await openPattern(page, sdk)
  await expect(page.locator('.events')).toContainText('refreshed')
  await page.reload()
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
})

test('browser-sdk: A, then B, then A again on one open page, each during the refresh of the one before (S1)', async ({
  page,
  context,
  operator,
  watch,
  email,
  baseURL,
}) => {
  await operator.set({ ...dueAtOnce, faults: [{ on: 'refresh', latencyMs: 1_500 }] })
  const signInAs = (who: string) => clientIdentity(context, `${who}-${email}`)
  const first = await signInAs('a')
  await openPattern(page, sdk)
  for (const [turn, who] of ['b', 'a'].entries()) {
    await expect.poll(() => watch.count('POST', refresh)).toBe(turn + 1)
    await signOutByApi(context)
    await lookAgain(page)
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    const identity = await signInAs(who)
    await lookAgain(page)
    await expect.poll(() => page.evaluate(tokenOfPage)).toBe(identity.advertising_token)
  }
  await expect.poll(() => watch.count('POST', refresh)).toBe(3)
  await expect(page.locator('.events')).toContainText('refreshed')
  await expectOnly(await personOf(first.advertising_token, baseURL), page, [], baseURL)
})

test('browser-sdk: an opt-out that the browser’s refresh learns of is confirmed and remembered by the server (U3)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set(dueAtOnce)
  const { advertisingToken } = await signInAndConsent(context, { email })
  await operator.set({ faults: [{ on: 'refresh', kind: 'optout' }] })
  await openPattern(page, sdk)
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  expect(watch.count('POST', refresh)).toBe(1)
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 2 })
  expect(await identityOf(context)).toMatchObject({ status: 'opted_out' })
  for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
  await operator.set({})
  const requests = watch.requests.length
  await page.reload()
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  await expectFilled(page)
  expect(await watch.carrying(advertisingToken, requests)).toEqual([])
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
})

test('browser-sdk: a sign-out during the SDK’s refresh leaves nothing, then or when its answer arrives (S1)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set(dueAtOnce)
  const { advertisingToken } = await signInAndConsent(context, { email })
  await operator.set({})
  const release = await holdRefreshes(page)
  const refreshing = page.waitForRequest(/\/v2\/token\/refresh/)
  await openPattern(page, sdk)
  await refreshing
  await signOutByApi(context)
  const [auctions, requests] = [watch.auctions.length, watch.requests.length]
  await lookAgain(page)
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  expect(identifiersIn(await requestsSince(watch, auctions, sdk))).toEqual([])
  release()
  for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
  expect(await watch.carrying(advertisingToken, requests)).toEqual([])
  expect(watch.count('POST', refresh)).toBe(1)
})
