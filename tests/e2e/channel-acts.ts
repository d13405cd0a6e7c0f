import type { BrowserContext, CDPSession, Locator, Page } from '@playwright/test'
import { z } from 'zod'
import type { Auction, PageWatch } from '#tests/support/page-watch.ts'
import { expect } from './fixtures.ts'

/** One way to hand the token over, as its page below /patterns runs it. */
export interface Channel {
  slug: string
  handoff: 'server' | 'client'
  /** How many requests for ads one view of the page makes. */
  requests: number
  /** Google's tag takes part: it keeps the signal that it has once collected. */
  google: boolean
  /** What the browser keeps for it, beside what Google's tag keeps. */
  keeps: Partial<Record<'uid2' | 'euid', string>>
}

const kept = { uid2: '__uid2_advertising_token', euid: '__euid_advertising_token' }
const ofTheSdk = { uid2: 'UID2-sdk-identity', euid: 'EUID-sdk-identity' }

/** Every name under which Prebid and the SDKs keep an identity in a browser. */
export const allKept = [
  ...Object.values(kept),
  ...Object.values(ofTheSdk),
  ...['uid2_sdk', '__uid_2=', '__euid=', '__uid_2_config=', '__euid_config='],
]

export const channels: readonly Channel[] = [
  { slug: 'prebid-server', handoff: 'server', requests: 1, google: false, keeps: {} },
  { slug: 'prebid-adapter', handoff: 'server', requests: 1, google: false, keeps: {} },
  { slug: 'secure-signals', handoff: 'server', requests: 1, google: true, keeps: {} },
  { slug: 'google-deploy', handoff: 'server', requests: 1, google: true, keeps: {} },
  { slug: 'prebid-signals', handoff: 'server', requests: 2, google: true, keeps: {} },
  { slug: 'several', handoff: 'server', requests: 3, google: true, keeps: {} },
  { slug: 'prebid-refresh', handoff: 'client', requests: 1, google: false, keeps: kept },
  { slug: 'browser-sdk', handoff: 'client', requests: 1, google: false, keeps: ofTheSdk },
]

const eids = z.array(
  z.object({ source: z.string(), uids: z.array(z.object({ id: z.string(), atype: z.literal(3) })) }),
)
const gam = z.object({ signals: z.record(z.string(), z.string()).optional() })

/** Every identifier in these requests, with its source, each once. */
export function identifiersIn(auctions: readonly Auction[]): string[] {
  const found = auctions.flatMap((auction) => [
    ...eids.parse(auction.eids ?? []).flatMap(({ source, uids }) => uids.map(({ id }) => `${source} ${id}`)),
    ...Object.entries(gam.parse(auction.gam ?? {}).signals ?? {}).map(([source, id]) => `${source} ${id}`),
  ])
  return [...new Set(found)]
}

/** Opens the page of a way and waits until its slots have ads. */
export async function openPattern(page: Page, { slug }: Channel): Promise<void> {
  await page.goto(`/patterns/${slug}`)
  await expectFilled(page)
}

export async function expectFilled(page: Page): Promise<void> {
  await expect(page.locator('[data-ad-slot^=pattern-][data-uid2-bid] iframe')).toHaveCount(2)
}

/** Waits until the page of a way shows an ad at its top and what its buyer read: on a phone the side is far below. */
export async function expectShown(page: Page): Promise<void> {
  await expect(page.locator('[data-ad-slot=pattern-top][data-uid2-bid] iframe')).toHaveCount(1)
  await expect(requestsShown(page)).not.toHaveCount(0)
}

/** The ad requests of this browser, as the page of a way lists them. */
export const requestsShown = (page: Page): Locator =>
  page.getByRole('region', { name: 'The last ad requests' }).locator('tbody tr')

/** The requests for ads that one view of the page makes, from the `since`th on. */
export async function requestsSince(
  watch: PageWatch,
  since: number,
  { requests }: Channel,
): Promise<Auction[]> {
  await expect.poll(() => watch.auctions.length - since).toBeGreaterThanOrEqual(requests)
  return watch.auctions.slice(since)
}

/** Away and back without loading anything anew: the page asks for ads afresh. */
export async function awayAndBack(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Front page' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  await expect(page.locator('[data-ad-slot^=front-][data-uid2-bid]')).toHaveCount(2)
  await page.goBack()
  await page.waitForURL('**/patterns/*')
  await expectFilled(page)
}

/** The reader looks at the tab again, and it asks how things stand. */
export async function lookAgain(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}

/** Signed out by another device or program: no page of this browser takes part. */
export async function signOutElsewhere({ request }: BrowserContext): Promise<void> {
  const origin = new URL((await request.get('/api/health')).url()).origin
  expect((await request.post('/api/sign-out', { headers: { origin } })).status()).toBe(204)
}

/** All that this browser keeps and script can read: names, and whether `text` is in one of them. */
export async function storageOf(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]))
}

/** What Google's tag holds, by the id of its provider. */
export function signalsKept(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('_GESPSK')))
}

/** What the page itself holds: asked of the one token store that everything in it means. */
export function tokenOfPage(): string | null {
  const { [Symbol.for('uid2.tokenStore')]: tokenStore } = window as unknown as Record<
    symbol,
    { currentToken(): { id: string } | null }
  >
  return tokenStore?.currentToken()?.id ?? null
}

export const channelOf = (slug: string): Channel => {
  const found = channels.find((each) => each.slug === slug)
  if (!found) throw new Error(`There is no way called ${slug}.`)
  return found
}

interface TagWindow {
  pbjs: { adUnits: unknown[]; installedModules: string[] }
  googletag: { pubads(): { getSlots(): unknown[] } }
}

/** What would pile up: in Prebid, in Google's tag, in the page. */
export function inventory(page: Page) {
  return page.evaluate(() => {
    const { pbjs, googletag } = window as unknown as TagWindow
    return {
      adUnits: pbjs.adUnits.length,
      modules: pbjs.installedModules.length,
      slots: googletag.pubads().getSlots().length,
      providers: Object.keys(localStorage).filter((name) => name.startsWith('_GESPSK')).length,
      creatives: document.querySelectorAll('[data-ad-slot] iframe').length,
      frames: document.querySelectorAll('iframe').length,
      scripts: document.querySelectorAll('script[src*="/sandbox/cdn/"]').length,
    }
  })
}

/** Of all kinds, in the page and what it holds. */
export async function listenerCount(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('Performance.enable')
  const { metrics } = await devtools.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'JSEventListeners')?.value ?? Number.NaN
}
