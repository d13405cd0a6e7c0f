import { type BrowserContext, chromium, type Page } from '@playwright/test'
import type { ClientIdentity } from '#lib/identity/public-identity.ts'
import { openBarePage } from '#tests/support/bare-page.ts'
import { findChromium } from '#tests/support/browser.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'
import { useSdkBundles } from '#tests/support/sdk-bundle.ts'
import { type Site, startSite } from '#tests/support/site.ts'
import { signInAndConsent, statusLine } from './acts.ts'
import {
  channelOf,
  identifiersIn,
  lookAgain,
  openPattern,
  signOutElsewhere,
  storageOf,
  tokenOfPage,
} from './channel-acts.ts'
import { test as base, expect } from './fixtures.ts'

/* What UID2's SDK does by itself must never make another reader's token that of the page. */

const test = base.extend<object, { site: Site }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    async ({}, use) => {
      const site = await startSite({ env: { UID2_HANDOFF: 'client' } })
      await use(site)
      await site.stop()
    },
    { scope: 'worker' },
  ],
})

const sdk = channelOf('browser-sdk')
const refresh = '/sandbox/operator/v2/token/refresh'
const dueAtOnce = { lifetimes: { refreshFromMs: 1 } }

async function clientIdentity(context: BrowserContext, email: string): Promise<ClientIdentity> {
  const { identity } = await signInAndConsent(context, { email })
  if (!identity) throw new Error('The server keeps the identity for itself.')
  return identity
}

/** As an SDK that once ran here has left it: the next one initialises itself by it. */
const leave = (page: Page, identity: ClientIdentity, baseURL: string | undefined, path?: string) =>
  page.evaluate(
    ([identity, baseUrl, path]) => {
      const config = { baseUrl, ...(path && { useCookie: true, cookiePath: path }) }
      for (const [name, value] of [
        ['', identity],
        ['_config', config],
      ] as const) {
        const text = JSON.stringify(value)
        // biome-ignore lint/suspicious/noDocumentCookie: as the SDK does it.
        if (path) document.cookie = `__uid_2${name}=${encodeURIComponent(text)};path=${path}`
        else localStorage.setItem(`UID2-sdk-identity${name}`, text)
      }
    },
    [identity, `${baseURL}/sandbox/operator`, path] as const,
  )

const personOf = async (token: string | null | undefined, baseURL: string | undefined) =>
  (await readAsBuyer(`${baseURL}/sandbox/operator`, token ?? '')).person

for (const [place, path] of [
  ['in local storage', undefined],
  ['in cookies of a folder', '/patterns'],
] as const)
  for (const isDue of [false, true])
    test(`P11c: browser-sdk: B, ${isDue ? 'due' : 'not due'}, after A has left an identity ${place}: nothing of A is refreshed, kept or sent`, async ({
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
      await leave(page, ofA, baseURL, path)
      await context.clearCookies({ name: /^(?!__uid_2)/ })
      if (!isDue) await operator.set({})
      const ofB = await clientIdentity(context, `b-${email}`)
      await openPattern(page, sdk)
      await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
      if (isDue) {
        await expect(page.locator('.events')).toContainText('refreshed')
        expect(watch.count('POST', refresh)).toBe(1)
      } else {
        expect(await page.evaluate(tokenOfPage)).toBe(ofB.advertising_token)
        expect(watch.count('POST', refresh)).toBe(0)
      }
      const person = await personOf(ofB.advertising_token, baseURL)
      expect(await personOf(await page.evaluate(tokenOfPage), baseURL)).toBe(person)
      for (const id of identifiersIn(watch.auctions))
        expect(await personOf(id.split(' ')[1], baseURL)).toBe(person)
      expect(await storageOf(page)).not.toContain(ofA.advertising_token)
      expect(await storageOf(page)).not.toContain('_config')
      expect(await watch.carrying(ofA.refresh_token)).toEqual([])
    })

test('P11c: browser-sdk: what another tab stores of another reader is given up, and the server is asked', async ({
  page,
  context,
  operator,
  watch,
  email,
  baseURL,
}) => {
  watch.allow(/refreshing the token/, 'the SDK warns of the refresh that was aborted')
  await operator.set(dueAtOnce)
  const ofA = await clientIdentity(context, `a-${email}`)
  await context.clearCookies()
  await operator.set({})
  const ofB = await clientIdentity(context, `b-${email}`)
  await openPattern(page, sdk)
  await expect.poll(() => storageOf(page)).toContain(ofB.advertising_token)
  const other = await context.newPage()
  await openBarePage(other)
  await leave(other, ofA, baseURL)

  // The SDK looks at its storage every five seconds.
  await expect.poll(() => watch.count('POST', '/api/identity'), { timeout: 20_000 }).toBe(1)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
  const person = await personOf(ofB.advertising_token, baseURL)
  expect(await personOf(await page.evaluate(tokenOfPage), baseURL)).toBe(person)
  for (const id of identifiersIn(watch.auctions))
    expect(await personOf(id.split(' ')[1], baseURL)).toBe(person)
  expect(await storageOf(page)).not.toContain(ofA.advertising_token)
})

test('P11c: browser-sdk: two tabs of one reader share what either refreshes', async ({
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
  for (const tab of [page, other])
    await expect(tab.locator('.events')).toContainText('refreshed', { timeout: 20_000 })
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

test('U3e: browser-sdk: an identity that the SDK loses without a word is asked for at the server', async ({
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

test('P11d: browser-sdk: a page whose identity is due refreshes it once, though the SDK has a configuration', async ({
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
  await leave(page, identity, baseURL)
  await openPattern(page, sdk)
  await expect(page.locator('.events')).toContainText('refreshed')
  await page.reload()
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
})

test('S1: browser-sdk: A, then B, then A again on one open page, each while the one before is refreshed', async ({
  page,
  context,
  operator,
  watch,
  email,
  baseURL,
}) => {
  watch.allow(/refreshing the token/, 'the SDK warns of the refresh that was aborted')
  await operator.set({ ...dueAtOnce, faults: [{ on: 'refresh', latencyMs: 1_500 }] })
  const signInAs = (who: string) => clientIdentity(context, `${who}-${email}`)
  const first = await signInAs('a')
  await openPattern(page, sdk)
  for (const [turn, who] of ['b', 'a'].entries()) {
    await expect.poll(() => watch.count('POST', refresh)).toBe(turn + 1)
    await signOutElsewhere(context)
    await lookAgain(page)
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    const identity = await signInAs(who)
    await lookAgain(page)
    await expect.poll(() => page.evaluate(tokenOfPage)).toBe(identity.advertising_token)
  }
  await expect.poll(() => watch.count('POST', refresh)).toBe(3)
  await expect(page.locator('.events')).toContainText('refreshed')
  const person = await personOf(first.advertising_token, baseURL)
  expect(await personOf(await page.evaluate(tokenOfPage), baseURL)).toBe(person)
  const { advertising_token } = JSON.parse(
    (await page.evaluate(() => localStorage.getItem('UID2-sdk-identity'))) ?? '',
  )
  expect(await personOf(advertising_token, baseURL)).toBe(person)
})

test('S1: browser-sdk: back to A’s page from the back/forward cache, after B has signed in, it is B’s', async ({
  baseURL,
  operator,
  watch,
  email,
}) => {
  watch.allow(/refreshing the token/, 'the SDK warns of the refresh that was aborted')
  const launch = { ...(await findChromium()), ignoreDefaultArgs: ['--disable-back-forward-cache'] }
  const browser = await chromium.launch(launch)
  const context = await browser.newContext({ ...(baseURL && { baseURL }) })
  watch.follow(context)
  await useSdkBundles(context)
  const ofA = await clientIdentity(context, `a-${email}`)
  const page = await context.newPage()
  await openPattern(page, sdk)
  await expect.poll(() => storageOf(page)).toContain(ofA.advertising_token)
  await page.goto('/privacy')
  await signOutElsewhere(context)
  await operator.set(dueAtOnce)
  const ofB = await clientIdentity(context, `b-${email}`)
  const auctions = watch.auctions.length
  await page.goBack({ waitUntil: 'commit' })
  const person = await personOf(ofB.advertising_token, baseURL)
  await expect
    .poll(async () => personOf(await page.evaluate(tokenOfPage), baseURL), { timeout: 20_000 })
    .toBe(person)
  await expect.poll(() => storageOf(page)).toContain('UID2-sdk-identity')
  expect(await storageOf(page)).not.toContain(ofA.advertising_token)
  for (const id of identifiersIn(watch.auctions.slice(auctions)))
    expect(await personOf(id.split(' ')[1], baseURL)).toBe(person)
  await browser.close()
})
