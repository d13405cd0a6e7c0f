import type { PrebidJS } from 'prebid.js'
import { afterEach, expect, test, vi } from 'vitest'
import { createPrebidRefresh } from '#lib/ads/prebid/prebid-refresh.ts'
import { createPrebidAuctioneer } from '#lib/ads/slots/header-bidding.ts'
import type { ClientIdentity } from '#lib/identity/public-identity.ts'
import { createBrowserStub, identityOf, memory, SERVER_NOW, settle } from './browser-stub.ts'

afterEach(() => vi.unstubAllGlobals())

const tokenOf = (id: string, original = id, source: 'uidapi.com' | 'euid.eu' = 'uidapi.com') => {
  return { id, source, identity: identityOf(original) }
}
const unit = { code: 'top', sizes: [[300, 250]] as const, place: () => null }

/** A page with a Prebid whose storage the test fills. */
function createPage() {
  const { window, env, timers, advance } = createBrowserStub()
  let ids: Record<string, { id?: string; optout?: boolean }> = {}
  const kept = new Map<string, string>()
  vi.stubGlobal('localStorage', memory(kept))
  vi.stubGlobal('document', { cookie: '' })
  const [configs, lookUps]: [unknown[], unknown[]] = [[], []]
  let onLookUp = async () => {}
  const pbjs = {
    getConfig: () => undefined,
    setConfig: ({ userSync }: { userSync: { userIds: unknown[] } }) => configs.push(userSync.userIds[0]),
    async refreshUserIds(which?: unknown) {
      lookUps.push(which)
      await onLookUp()
    },
    getUserIds: () => ids,
    clearAllAuctions() {},
    requestBids: async () => ({ auctionId: 'this' }),
    getHighestCpmBids: () => [],
  } as unknown as PrebidJS
  const tokenStore = { renew: vi.fn(), recheck: vi.fn() }
  const refresh = createPrebidRefresh({
    tokenStore,
    operatorUrl: 'https://operator.example',
    now: () => SERVER_NOW + env.now(),
    setTimeout: window.setTimeout,
    clearTimeout: window.clearTimeout,
  })
  const auctioneer = createPrebidAuctioneer({
    load: async () => pbjs,
    bidders: [],
    auctionTimeoutMs: 1_000,
    bidderParams: () => ({}),
    refresh,
  })
  return {
    auctioneer,
    tokenStore,
    configs,
    lookUps,
    kept,
    timers,
    advance,
    /** Awaited by each look-up of Prebid’s. */
    set onLookUp(next: () => Promise<void>) {
      onLookUp = next
    },
    store(product: string, latest: ClientIdentity) {
      ids = { [product]: { id: latest.advertising_token } }
      kept.set(`__${product}_advertising_token`, JSON.stringify({ latestToken: latest }))
    },
    optOut() {
      ids = { uid2: { optout: true } }
      kept.set('__uid2_advertising_token', JSON.stringify({ latestToken: 'optout' }))
    },
  }
}

test('Prebid gets the six fields and the operator for refreshes, under the names of the product', async () => {
  const page = createPage()
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  expect(page.configs).toEqual([
    { name: 'uid2', params: { uid2Token: identityOf('A'), uid2ApiBase: 'https://operator.example' } },
  ])
  const euid = createPage()
  void euid.auctioneer.applyToken(tokenOf('E', 'E', 'euid.eu'))
  await euid.auctioneer.auction([unit])
  expect(euid.configs).toEqual([
    { name: 'euid', params: { euidToken: identityOf('E'), euidApiBase: 'https://operator.example' } },
  ])
})

test('Prebid is called when its token is due, and its newer token goes to the token store', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  const before = page.lookUps.length
  await page.advance(30_000)
  expect(page.lookUps).toHaveLength(before)
  page.store('uid2', identityOf('B', SERVER_NOW + 30_000))
  await page.advance(2)
  expect(page.lookUps.slice(before)).toEqual([{ submoduleNames: ['uid2'] }])
  expect(page.tokenStore.renew).toHaveBeenLastCalledWith({
    advertisingToken: 'B',
    identityExpires: SERVER_NOW + 90_000,
    refreshFrom: SERVER_NOW + 60_000,
  })
})

test('Prebid’s own newer token, returned by the token store, is no new setting', async () => {
  const page = createPage()
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.auctioneer.applyToken(tokenOf('B', 'A'))
  expect(page.configs).toHaveLength(1)
  await page.auctioneer.applyToken(tokenOf('C', 'C'))
  expect(page.configs).toHaveLength(2)
})

test('an operator without an answer is called again after half a minute, then less and less often (U4)', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.advance(30_002)
  const before = page.lookUps.length
  const counts: number[] = []
  for (const wait of [29_000, 2_000, 58_000, 3_000]) {
    await page.advance(wait)
    counts.push(page.lookUps.length - before)
  }
  expect(counts).toEqual([0, 1, 1, 2])
  await page.advance(3_600_000)
  expect(page.lookUps.length - before).toBeLessThan(10)
})

test('after a look-up that never ends all modules are called, as a single one would wait for it (U4, P10)', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  const before = page.lookUps.length
  page.onLookUp = () => new Promise(() => {})
  await page.advance(30_002)
  page.onLookUp = async () => {}
  await page.advance(90_000)
  expect(page.lookUps.slice(before)).toEqual([{ submoduleNames: ['uid2'] }, {}, { submoduleNames: ['uid2'] }])
})

test('a token already due when Prebid gets it is looked up half a minute later', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A', SERVER_NOW - 30_000))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  const before = page.lookUps.length
  await page.advance(29_999)
  expect(page.lookUps).toHaveLength(before)
  await page.advance(2)
  expect(page.lookUps).toHaveLength(before + 1)
})

test('a reader’s clock a day ahead does not make each token due', async () => {
  const page = createPage()
  await page.advance(86_400_000)
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  for (let renewals = 0; renewals < 60; renewals++) {
    page.store('uid2', identityOf(`A${renewals}`, SERVER_NOW + renewals * 60_000))
    await page.advance(60_000)
  }
  expect(page.lookUps.length).toBeLessThan(12)
})

test('an opt-out in Prebid causes a recheck at the server', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  page.tokenStore.renew.mockClear()
  page.optOut()
  await page.advance(30_002)
  expect(page.tokenStore.recheck).toHaveBeenCalledTimes(1)
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('after a sign-out nothing is called, and what a late answer stored is removed (S1)', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.auctioneer.applyToken(null)
  const before = page.lookUps.length
  page.store('uid2', identityOf('B'))
  await page.advance(120_000)
  expect(page.lookUps).toHaveLength(before)
  expect(page.kept.size).toBe(0)
  expect(page.tokenStore.renew).not.toHaveBeenCalledWith(expect.objectContaining({ advertisingToken: 'B' }))
})

test('the next reader’s data in Prebid’s storage is not removed as the last reader’s (S1)', async () => {
  const page = createPage()
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.auctioneer.applyToken(null)
  await page.auctioneer.applyToken(tokenOf('B'))
  page.store('uid2', identityOf('B'))
  await page.advance(6_000)
  expect(page.kept.size).toBe(1)
})

test('a look-up that answers after the sign-out changes nothing (S1)', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  page.tokenStore.renew.mockClear()
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  page.onLookUp = () => answered
  await page.advance(30_002)
  page.onLookUp = async () => {}
  await page.auctioneer.applyToken(null)
  page.store('uid2', identityOf('B'))
  answer()
  await settle()
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('a stored token counts only when Prebid gives it out (S1)', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  page.kept.set('__uid2_advertising_token', JSON.stringify({ latestToken: identityOf('of another reader') }))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('a renewed token is due at its own time, and the next failure is retried soon (U4)', async () => {
  const page = createPage()
  page.store('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  // Two tries fail; the third, 90 s after the due time, brings a new token.
  await page.advance(30_001 + 30_000)
  const renewedAt = SERVER_NOW + 30_001 + 90_000
  page.onLookUp = async () => page.store('uid2', identityOf('B', renewedAt))
  await page.advance(60_000)
  page.onLookUp = async () => {}
  expect(page.tokenStore.renew).toHaveBeenLastCalledWith(expect.objectContaining({ advertisingToken: 'B' }))
  const counts: number[] = []
  const before = page.lookUps.length
  for (const wait of [29_999, 2, 29_998, 2]) {
    await page.advance(wait)
    counts.push(page.lookUps.length - before)
  }
  expect(counts).toEqual([0, 1, 1, 2])
})

test('a token not due for months waits no longer than a timer can', async () => {
  const page = createPage()
  page.store('uid2', { ...identityOf('A'), refresh_from: SERVER_NOW + 90 * 86_400_000 })
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  expect(Math.max(...[...page.timers.values()].map(({ at }) => at))).toBe(2 ** 31 - 1)
})
