import type { CDPSession, Locator, Page } from '@playwright/test'
import { z } from 'zod'
import type { Auction, PageWatch } from '#tests/support/page-watch.ts'
import { expect } from './fixtures.ts'

/** A channel through which the token reaches buyers, on its page below /patterns. */
export interface Channel {
  slug: string
  handoff: 'server' | 'client'
  /** How many ad requests one view of the page makes. */
  requests: number
  /** Whether Google's tag takes part, which keeps the signal that it has collected. */
  google: boolean
  /** The name under which the browser's storage holds the identity for it, by product. */
  keeps: Partial<Record<'uid2' | 'euid', string>>
}

const kept = { uid2: '__uid2_advertising_token', euid: '__euid_advertising_token' }
const ofTheSdk = { uid2: 'UID2-sdk-identity', euid: 'EUID-sdk-identity' }

/** Every name under which Prebid and the SDKs store an identity in a browser. */
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

/** The identifiers in these requests, with their sources, without duplicates. */
export function identifiersIn(auctions: readonly Auction[]): string[] {
  const found = auctions.flatMap((auction) => [
    ...eids.parse(auction.eids ?? []).flatMap(({ source, uids }) => uids.map(({ id }) => `${source} ${id}`)),
    ...Object.entries(gam.parse(auction.gam ?? {}).signals ?? {}).map(([source, id]) => `${source} ${id}`),
  ])
  return [...new Set(found)]
}

/** Opens the page of a channel and waits until its slots have ads. */
export async function openPattern(page: Page, { slug }: Channel): Promise<void> {
  await page.goto(`/patterns/${slug}`)
  await expectFilled(page)
}

export async function expectFilled(page: Page): Promise<void> {
  await expect(page.locator('[data-ad-slot^=pattern-][data-uid2-bid] iframe')).toHaveCount(2)
}

/** Waits until the page of a channel shows its top ad and what the buyer read. On a phone the other slot is far below. */
export async function expectShown(page: Page): Promise<void> {
  await expect(page.locator('[data-ad-slot=pattern-top][data-uid2-bid] iframe')).toHaveCount(1)
  await expect(requestsShown(page)).not.toHaveCount(0)
}

/** This browser's ad requests, as the page of a channel lists them. */
export const requestsShown = (page: Page): Locator =>
  page.getByRole('region', { name: 'The last ad requests' }).locator('tbody tr')

/** The ad requests from the `since`th on, once one view of the page has made all of its own. */
export async function requestsSince(
  watch: PageWatch,
  since: number,
  { requests }: Channel,
): Promise<Auction[]> {
  await expect.poll(() => watch.auctions.length - since).toBeGreaterThanOrEqual(requests)
  return watch.auctions.slice(since)
}

/** Leaves the page and comes back without a page load, so that it requests ads again. */
export async function awayAndBack(page: Page): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Front page' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  await expect(page.locator('[data-ad-slot^=front-][data-uid2-bid]')).toHaveCount(2)
  await page.goBack()
  await page.waitForURL('**/patterns/*')
  await expectFilled(page)
}

/** As if the reader came back to the tab: the page asks for the identity. */
export async function lookAgain(page: Page): Promise<void> {
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
}

/** What this browser stores and script can read, names and values. */
export async function storageOf(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }]))
}

/** The names under which Google's tag caches signals. */
export function signalsKept(page: Page): Promise<string[]> {
  return page.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('_GESPSK')))
}

/** Runs in the page: the token in its token store. */
export function tokenOfPage(): string | null {
  const { [Symbol.for('uid2.tokenStore')]: tokenStore } = window as unknown as Record<
    symbol,
    { currentToken(): { id: string } | null }
  >
  return tokenStore?.currentToken()?.id ?? null
}

export const channelOf = (slug: string): Channel => {
  const found = channels.find((each) => each.slug === slug)
  if (!found) throw new Error(`There is no channel ${slug}.`)
  return found
}

interface TagWindow {
  pbjs: { adUnits: unknown[]; installedModules: string[] }
  googletag: { pubads(): { getSlots(): unknown[] } }
}

/** What could pile up in Prebid, in Google's tag and in the page. */
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

/** All event listeners of the page. */
export async function listenerCount(devtools: CDPSession): Promise<number> {
  await devtools.send('HeapProfiler.collectGarbage')
  await devtools.send('Performance.enable')
  const { metrics } = await devtools.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'JSEventListeners')?.value ?? Number.NaN
}

/** Holds the browser's own refreshes of the token until they are released. */
export async function holdRefreshes(page: Page): Promise<() => void> {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/v2/token/refresh*', async (route) => {
    await held
    await route.fallback()
  })
  return release
}
