import type { Request } from '@playwright/test'
import type { AdSettings } from '#lib/ads/ad-setup.ts'
import type { loadPrebid } from '#lib/ads/prebid/prebid-loader.ts'
import type { createPrebidToken } from '#lib/ads/prebid/prebid-token.ts'
import { openBarePage } from '#tests/support/bare-page.ts'
import { bundlePage } from '#tests/support/client-page.ts'
import { expect, test } from './fixtures.ts'

/** Two modules of Prebid from npm: a bidder that registers itself, and another user ID. */
const script = `
import { loadPrebid } from '../../lib/ads/prebid/prebid-loader.ts'
import { createPrebidToken } from '../../lib/ads/prebid/prebid-token.ts'
const bidder = { code: 'appnexus', via: 'browser', module: () => import('prebid.js/modules/appnexusBidAdapter') }
const modules = () => import('prebid.js/modules/sharedIdSystem')
Object.assign(window, { loadPrebid, createPrebidToken, bidder, modules })`

interface ClientWindow {
  loadPrebid: typeof loadPrebid
  createPrebidToken: typeof createPrebidToken
  bidder: Parameters<typeof loadPrebid>[0][number]
  modules(): Promise<unknown>
}

test('one of Prebid’s own bidders gets the token beside another user ID, and neither after a sign-out (P1, S1)', async ({
  page,
}) => {
  const asked: Request[] = []
  await page.route('https://ib.adnxs.com/**', (route, request) => {
    asked.push(request)
    const origin = new URL(page.url()).origin
    const headers = { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
    return route.fulfill({ json: {}, headers })
  })
  await openBarePage(page)
  await page.addScriptTag({ content: bundlePage(script) })

  await page.evaluate(async () => {
    const own = window as unknown as ClientWindow
    const settings = {
      prebidServer: null,
      clientRefresh: null,
      serverBidders: [],
      userIds: {
        modules: own.modules,
        settings: [{ name: 'sharedId', storage: { type: 'cookie', name: '_sharedID', expires: 1 } }],
      },
    } as unknown as AdSettings
    const pbjs = await own.loadPrebid([own.bidder], settings)
    const token = own.createPrebidToken()
    const auction = async (id: string | null) => {
      token.set(id === null ? null : { id, source: 'uidapi.com' })
      await token.apply(pbjs)
      const bids = [{ bidder: 'appnexus', params: { placementId: 1 } }]
      const mediaTypes = { banner: { sizes: [[300, 250] as [number, number]] } }
      await pbjs.requestBids({ adUnits: [{ code: 'top', mediaTypes, bids }], timeout: 1_000 })
    }
    await auction('TOKEN')
    await auction(null)
    await auction('NEXT')
  })
  const eids = asked.map((request) =>
    JSON.stringify((request.postDataJSON() as { eids?: { source: string }[] }).eids ?? []),
  )
  expect(eids).toHaveLength(3)
  expect(eids[0]).toMatch(/pubcid\.org.*"TOKEN"|"TOKEN".*pubcid\.org/)
  expect(eids[1]).toBe('[]')
  expect(eids[2]).toMatch(/pubcid\.org.*"NEXT"|"NEXT".*pubcid\.org/)
})
