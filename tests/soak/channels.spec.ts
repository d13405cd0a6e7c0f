import { existsSync } from 'node:fs'
import { type BrowserContext, firefox, type Page } from '@playwright/test'
import type { Auction } from '#tests/support/page-watch.ts'
import { useSdkBundles } from '#tests/support/sdk-bundle.ts'
import { type Site, startSite } from '#tests/support/site.ts'
import { choose, signInAndConsent, signInByApi, signOut, statusLine } from '../e2e/acts.ts'
import {
  allKept,
  awayAndBack,
  type Channel,
  channels,
  expectFilled,
  identifiersIn,
  lookAgain,
  openPattern,
  requestsSince,
  signalsKept,
  signOutElsewhere,
  storageOf,
} from '../e2e/channel-acts.ts'
import { expect, type SandboxOperator, sandboxOperator, test } from '../e2e/fixtures.ts'

test.describe.configure({ mode: 'parallel' })

const salt = { HOLDOUT_SALT: 'moths around a lamp' }
const kinds = {
  server: {},
  client: { UID2_HANDOFF: 'client' },
  'server, all held out': { HOLDOUT_PERCENT: '100', ...salt },
  'client, all held out': { UID2_HANDOFF: 'client', HOLDOUT_PERCENT: '100', ...salt },
}
const sites = new Map<string, Promise<Site>>()
const siteOf = (kind: keyof typeof kinds): Promise<Site> => {
  const site = sites.get(kind) ?? startSite({ env: kinds[kind] })
  sites.set(kind, site)
  return site
}
test.afterAll(async () => {
  for (const site of sites.values()) await (await site).stop()
})

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
  async 'refreshed on the open page'({ page, context, channel, email, operator, auctions, sent }) {
    await operator.set({ lifetimes: { identityMs: 600_000, refreshFromMs: 4_000 } })
    const { advertisingToken } = await signInAndConsent(context, { email })
    await openPattern(page, channel)
    await operator.set({})
    await expect(page.locator('.events')).toContainText('refreshed', { timeout: 20_000 })
    const before = auctions.length
    await awayAndBack(page)
    const later = await sent(before)
    expect(later.length).toBeGreaterThan(0)
    if (!channel.google) expect(later).not.toContain(id(advertisingToken))
  },
  async 'expired on the open page, with the operator down'(scene) {
    const { page, context, channel, email, operator } = scene
    await operator.set({ lifetimes: { identityMs: 5_000, refreshFromMs: 5_000 } })
    await signInAndConsent(context, { email })
    await openPattern(page, channel)
    await operator.set({ faults: [{ on: 'all', status: 503 }] })
    await expect(statusLine(page, 'unavailable')).toBeVisible({ timeout: 30_000 })
    const before = scene.auctions.length
    await awayAndBack(page)
    expect(await scene.sent(before)).toEqual([])
  },
  async 'opted out'(scene) {
    const { page, context, channel, email, operator } = scene
    await operator.set({ lifetimes: { refreshFromMs: 2_000 }, faults: [{ on: 'refresh', kind: 'optout' }] })
    await signInAndConsent(context, { email })
    await openPattern(page, channel)
    await expect(statusLine(page, 'opted_out')).toBeVisible({ timeout: 30_000 })
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

for (const channel of channels)
  for (const [state, play] of Object.entries(states))
    test(`${channel.slug}: ${state}`, async ({ newBrowser, watch, email }) => {
      if (state.includes('operator down')) watch.allow(/503|refreshing the token/, 'the operator is down')
      const site = await siteOf(state === 'withheld' ? `${channel.handoff}, all held out` : channel.handoff)
      const operator = sandboxOperator(site)
      await operator.set({})
      const context = await newBrowser({ baseURL: site.origin })
      await play({
        channel,
        context,
        page: await context.newPage(),
        operator,
        email,
        auctions: watch.auctions,
        async sent(since = 0) {
          return identifiersIn(await requestsSince(watch, since, channel))
        },
      })
      await context.close()
    })

for (const channel of channels)
  test(`${channel.slug} in Firefox: gets the token, and loses it at sign-out`, async ({ watch, email }) => {
    test.skip(!existsSync(firefox.executablePath()), 'there is no Firefox on this machine')
    const site = await siteOf(channel.handoff)
    await sandboxOperator(site).set({})
    const browser = await firefox.launch()
    const context = await browser.newContext({ baseURL: site.origin })
    watch.follow(context)
    await useSdkBundles(context)
    const { advertisingToken } = await signInAndConsent(context, { email })
    const page = await context.newPage()
    await openPattern(page, channel)
    expect(identifiersIn(await requestsSince(watch, 0, channel))).toEqual([id(advertisingToken)])
    await signOutElsewhere(context)
    const before = watch.auctions.length
    await lookAgain(page)
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    expect(identifiersIn(await requestsSince(watch, before, channel))).toEqual([])
    await browser.close()
  })
