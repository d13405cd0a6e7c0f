import { existsSync } from 'node:fs'
import { type BrowserContext, firefox, type Page } from '@playwright/test'
import type { Auction } from '#tests/support/page-watch.ts'
import { routeSdkBundles } from '#tests/support/sdk-bundle.ts'
import {
  choose,
  holdPosts,
  signInAndConsent,
  signInByApi,
  signOut,
  signOutByApi,
  statusLine,
} from '../e2e/acts.ts'
import {
  allKept,
  awayAndBack,
  type Channel,
  channels,
  expectFilled,
  holdRefreshes,
  identifiersIn,
  lookAgain,
  openPattern,
  requestsSince,
  signalsKept,
  storageOf,
  tokenOfPage,
} from '../e2e/channel-acts.ts'
import { expect, type SandboxOperator, test } from '../e2e/fixtures.ts'

test.describe.configure({ mode: 'parallel' })

interface Scene {
  channel: Channel
  context: BrowserContext
  page: Page
  operator: SandboxOperator
  email: string
  auctions: readonly Auction[]
  /** The identifiers in the requests from the `since`th on, once a view's requests are complete. */
  sent(since?: number): Promise<string[]>
}

const id = (token: string) => `uidapi.com ${token}`

async function expectNothingLeft({ page, channel, sent, auctions }: Scene): Promise<void> {
  const before = auctions.length
  await awayAndBack(page)
  expect(await sent(before)).toEqual([])
  if (channel.google) await expect.poll(() => signalsKept(page)).toEqual([])
  for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
}

const states: Record<string, (scene: Scene) => Promise<void>> = {
  async 'signed out'(scene) {
    await openPattern(scene.page, scene.channel)
    await expect(statusLine(scene.page, 'signed_out')).toBeVisible()
    expect(await scene.sent()).toEqual([])
    await expectNothingLeft(scene)
  },
  async available({ page, context, channel, email, sent }) {
    const { advertisingToken } = await signInAndConsent(context, { email })
    await openPattern(page, channel)
    await expect(statusLine(page, 'available')).toBeVisible()
    expect(await sent()).toEqual([id(advertisingToken)])
  },
  async 'refreshed on the open page, then signed out elsewhere'(scene) {
    const { page, context, channel, email, operator, auctions, sent } = scene
    await operator.set({ lifetimes: { refreshFromMs: 4_000 } })
    const { advertisingToken: first } = await signInAndConsent(context, { email })
    await operator.set({})
    const releases = [await holdPosts(page, '/api/identity'), await holdRefreshes(page)]
    await openPattern(page, channel)
    expect(await sent()).toEqual([id(first)])
    for (const release of releases) await release()
    await expect(page.locator('.events')).toContainText('refreshed')
    const refreshed = await page.evaluate(tokenOfPage)
    expect(refreshed).not.toBe(first)
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
    const before = auctions.length
    await awayAndBack(page)
    await sent(before)
    // The front page's own auction is another channel's.
    const later = identifiersIn(auctions.slice(before).filter(({ slots }) => slots.includes('pattern-top')))
    // Google's tag has cached the first one, which is still valid.
    expect(later.filter((each) => each !== id(first))).toEqual(
      channel.requests === 1 && channel.google ? [] : [id(refreshed ?? '')],
    )
    if (!channel.google) expect(later).not.toContain(id(first))
    await signOutByApi(context)
    await lookAgain(page)
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    await expectNothingLeft(scene)
    for (const token of [first, refreshed ?? '']) expect(await storageOf(page)).not.toContain(token)
  },
  async 'in the control group from a moment on the open page on'(scene) {
    const { page, context, channel, email, auctions, sent } = scene
    const { advertisingToken } = await signInAndConsent(context, { email })
    await openPattern(page, channel)
    await sent()
    // The server's answer once a greater share of readers is held out.
    const now = Date.now()
    const withheld = { status: 'withheld', now, refreshFrom: now + 3_600_000, bucket: 'control' }
    await page.route('**/api/identity', (route) => route.fulfill({ json: withheld }))
    const before = auctions.length
    await lookAgain(page)
    await expect(statusLine(page, 'withheld')).toBeVisible()
    expect(await sent(before)).toEqual([])
    expect(await signalsKept(page)).toEqual([])
    for (const name of [advertisingToken, ...allKept]) expect(await storageOf(page)).not.toContain(name)
  },
  async 'expired on the open page, with the operator down'(scene) {
    const { page, context, channel, email, operator } = scene
    await operator.set({ lifetimes: { identityMs: 5_000, refreshFromMs: 5_000 } })
    await signInAndConsent(context, { email })
    await openPattern(page, channel)
    await operator.set({ faults: [{ on: 'all', status: 503 }] })
    await expect(statusLine(page, 'unavailable')).toBeVisible()
    const before = scene.auctions.length
    await awayAndBack(page)
    expect(await scene.sent(before)).toEqual([])
  },
  async 'opted out'(scene) {
    const { page, context, channel, email, operator } = scene
    await operator.set({ lifetimes: { refreshFromMs: 2_000 }, faults: [{ on: 'refresh', kind: 'optout' }] })
    await signInAndConsent(context, { email })
    await openPattern(page, channel)
    await expect(statusLine(page, 'opted_out')).toBeVisible()
    await expectFilled(page)
    await expectNothingLeft(scene)
  },
  async withheld(scene) {
    await signInByApi(scene.context, { email: scene.email })
    expect(await choose(scene.context, 'granted')).toMatchObject({ status: 'withheld' })
    await openPattern(scene.page, scene.channel)
    await expect(statusLine(scene.page, 'withheld')).toBeVisible()
    expect(await scene.sent()).toEqual([])
    await expectNothingLeft(scene)
  },
  async 'switched to another reader'({ page, context, channel, email, auctions, sent }) {
    const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email: `a-${email}` })
    await openPattern(page, channel)
    const other = await context.newPage()
    await signOut(other)
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    const { advertisingToken: tokenOfB } = await signInAndConsent(context, { email: `b-${email}` })
    const before = auctions.length
    await lookAgain(page)
    await expect(statusLine(page, 'available')).toBeVisible()
    await awayAndBack(page)
    const later = await sent(before)
    expect(later).not.toContain(id(tokenOfA))
    expect(later).toContain(id(tokenOfB))
  },
  async 'with Global Privacy Control'(scene) {
    await signInAndConsent(scene.context, { email: scene.email })
    await scene.context.setExtraHTTPHeaders({ 'Sec-GPC': '1' })
    await openPattern(scene.page, scene.channel)
    await expect(statusLine(scene.page, 'gpc')).toBeVisible()
    expect(await scene.sent()).toEqual([])
    await expectNothingLeft(scene)
  },
}

const settingsOf = ({ handoff }: Channel, heldOut = false) => ({
  ...(handoff === 'client' && { UID2_HANDOFF: 'client' }),
  ...(heldOut && { HOLDOUT_PERCENT: '100', HOLDOUT_SALT: 'moths around a lamp' }),
})

for (const channel of channels)
  for (const [state, play] of Object.entries(states))
    test.describe(() => {
      test.use({ settings: settingsOf(channel, state === 'withheld') })

      test(`${channel.slug}: ${state}`, async ({ page, context, operator, watch, email }) => {
        if (state.includes('operator down')) watch.allow(/503|refreshing the token/, 'the operator is down')
        await play({
          channel,
          context,
          page,
          operator,
          email,
          auctions: watch.auctions,
          async sent(since = 0) {
            return identifiersIn(await requestsSince(watch, since, channel))
          },
        })
      })
    })

for (const channel of channels)
  test.describe(() => {
    test.use({ settings: settingsOf(channel) })

    test(`${channel.slug} in Firefox: gets the token, and loses it at sign-out`, async ({
      watch,
      email,
      site,
    }) => {
      test.skip(!existsSync(firefox.executablePath()), 'there is no Firefox on this machine')
      const browser = await firefox.launch()
      const context = await browser.newContext({ baseURL: site.origin })
      watch.follow(context)
      await routeSdkBundles(context)
      const { advertisingToken } = await signInAndConsent(context, { email })
      const page = await context.newPage()
      await openPattern(page, channel)
      expect(identifiersIn(await requestsSince(watch, 0, channel))).toEqual([id(advertisingToken)])
      await signOutByApi(context)
      const before = watch.auctions.length
      await lookAgain(page)
      await expect(statusLine(page, 'signed_out')).toBeVisible()
      expect(identifiersIn(await requestsSince(watch, before, channel))).toEqual([])
      await browser.close()
    })
  })
