import type { PrebidJS } from 'prebid.js'
import { afterEach, expect, test, vi } from 'vitest'
import { createPrebidRefresh } from '#lib/ads/prebid/prebid-refresh.ts'
import { createPrebidAuctioneer } from '#lib/ads/slots/header-bidding.ts'
import type { ClientIdentity } from '#lib/identity/public-identity.ts'
import { settle } from './browser-stub.ts'

afterEach(() => vi.unstubAllGlobals())

const T0 = 1_800_000_000_000
const identityOf = (token: string, from = T0): ClientIdentity => ({
  advertising_token: token,
  refresh_token: `refresh of ${token}`,
  identity_expires: from + 60_000,
  refresh_from: from + 30_000,
  refresh_expires: from + 600_000,
  refresh_response_key: 'key',
})
const tokenOf = (id: string, original = id, source: 'uidapi.com' | 'euid.eu' = 'uidapi.com') => {
  return { id, source, identity: identityOf(original) }
}
const unit = { code: 'top', sizes: [[300, 250]] as const, place: () => null }

/** A page whose Prebid holds what the test puts into its storage. */
function createPage() {
  let clock = T0
  let ids: Record<string, { id?: string; optout?: boolean }> = {}
  const kept = new Map<string, string>()
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  }
  vi.stubGlobal('localStorage', storage)
  vi.stubGlobal('document', { cookie: '' })
  const [configs, looked]: [unknown[], unknown[]] = [[], []]
  let lookUp = async () => {}
  const pbjs = {
    getConfig: () => undefined,
    setConfig: ({ userSync }: { userSync: { userIds: unknown[] } }) => configs.push(userSync.userIds[0]),
    async refreshUserIds(which?: unknown) {
      looked.push(which)
      await lookUp()
    },
    getUserIds: () => ids,
    clearAllAuctions() {},
    requestBids: async () => ({ auctionId: 'this' }),
    getHighestCpmBids: () => [],
  } as unknown as PrebidJS
  const timers = new Map<number, { at: number; run(): void }>()
  let next = 1
  const tokenStore = { renew: vi.fn(), recheck: vi.fn() }
  const refresh = createPrebidRefresh({
    tokenStore,
    operatorUrl: 'https://operator.example',
    now: () => clock,
    setTimeout(run, ms) {
      timers.set(next, { at: clock + ms, run })
      return next++
    },
    clearTimeout: (timer) => void timers.delete(timer),
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
    looked,
    kept,
    timers,
    /** What a look-up of Prebid's waits for. */
    set lookUp(next: () => Promise<void>) {
      lookUp = next
    },
    hold(product: string, latest: ClientIdentity) {
      ids = { [product]: { id: latest.advertising_token } }
      kept.set(`__${product}_advertising_token`, JSON.stringify({ latestToken: latest }))
    },
    hearOptOut() {
      ids = { uid2: { optout: true } }
      kept.set('__uid2_advertising_token', JSON.stringify({ latestToken: 'optout' }))
    },
    async advance(ms: number) {
      const end = clock + ms
      for (;;) {
        const [id, timer] = [...timers].sort(([, a], [, b]) => a.at - b.at)[0] ?? []
        if (id === undefined || timer === undefined || timer.at > end) break
        timers.delete(id)
        clock = Math.max(clock, timer.at)
        timer.run()
        await settle()
      }
      clock = end
    },
  }
}

test('Prebid gets the six fields and the operator that it refreshes at, under the names of the product', async () => {
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

test('it is asked again when its token is due, and what it has made by then goes to the token store', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  const before = page.looked.length
  await page.advance(30_000)
  expect(page.looked).toHaveLength(before)
  page.hold('uid2', identityOf('B', T0 + 30_000))
  await page.advance(2)
  expect(page.looked.slice(before)).toEqual([{ submoduleNames: ['uid2'] }])
  expect(page.tokenStore.renew).toHaveBeenLastCalledWith({
    advertisingToken: 'B',
    identityExpires: T0 + 90_000,
    refreshFrom: T0 + 60_000,
  })
})

test('its own newer token, handed back by the token store, is no new setting', async () => {
  const page = createPage()
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.auctioneer.applyToken(tokenOf('B', 'A'))
  expect(page.configs).toHaveLength(1)
  await page.auctioneer.applyToken(tokenOf('C', 'C'))
  expect(page.configs).toHaveLength(2)
})

test('an operator that has no answer is asked again half a minute later, and then ever more rarely (U4)', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.advance(30_002)
  const before = page.looked.length
  const counts: number[] = []
  for (const wait of [29_000, 2_000, 58_000, 3_000]) {
    await page.advance(wait)
    counts.push(page.looked.length - before)
  }
  expect(counts).toEqual([0, 1, 1, 2])
  await page.advance(3_600_000)
  expect(page.looked.length - before).toBeLessThan(10)
})

test('after a look-up that never ends all modules are asked, because one alone would wait for it (U4, P10)', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  const before = page.looked.length
  page.lookUp = () => new Promise(() => {})
  await page.advance(30_002)
  page.lookUp = async () => {}
  await page.advance(90_000)
  expect(page.looked.slice(before)).toEqual([{ submoduleNames: ['uid2'] }, {}, { submoduleNames: ['uid2'] }])
})

test('a token that is due as Prebid gets it is asked about again half a minute later', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A', T0 - 30_000))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  const before = page.looked.length
  await page.advance(29_999)
  expect(page.looked).toHaveLength(before)
  await page.advance(2)
  expect(page.looked).toHaveLength(before + 1)
})

test('a reader’s clock that is a day ahead makes no token due over and over', async () => {
  const page = createPage()
  await page.advance(86_400_000)
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  for (let renewals = 0; renewals < 60; renewals++) {
    page.hold('uid2', identityOf(`A${renewals}`, T0 + renewals * 60_000))
    await page.advance(60_000)
  }
  expect(page.looked.length).toBeLessThan(12)
})

test('an opt-out that it hears makes the server ask', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  page.tokenStore.renew.mockClear()
  page.hearOptOut()
  await page.advance(30_002)
  expect(page.tokenStore.recheck).toHaveBeenCalledTimes(1)
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('S1: after the end nothing is asked, and what a late answer still wrote is removed', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.auctioneer.applyToken(null)
  const before = page.looked.length
  page.hold('uid2', identityOf('B'))
  await page.advance(120_000)
  expect(page.looked).toHaveLength(before)
  expect(page.kept.size).toBe(0)
  expect(page.tokenStore.renew).not.toHaveBeenCalledWith(expect.objectContaining({ advertisingToken: 'B' }))
})

test('S1: what the next reader’s Prebid keeps is not taken for what the last one’s wrote', async () => {
  const page = createPage()
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await page.auctioneer.applyToken(null)
  await page.auctioneer.applyToken(tokenOf('B'))
  page.hold('uid2', identityOf('B'))
  await page.advance(6_000)
  expect(page.kept.size).toBe(1)
})

test('S1: a look-up that answers after the sign-out teaches nothing', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  page.tokenStore.renew.mockClear()
  let answer = () => {}
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  page.lookUp = () => answered
  await page.advance(30_002)
  page.lookUp = async () => {}
  await page.auctioneer.applyToken(null)
  page.hold('uid2', identityOf('B'))
  answer()
  await settle()
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('S1: what lies in storage is told of only when it is what Prebid gives out', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  page.kept.set('__uid2_advertising_token', JSON.stringify({ latestToken: identityOf('of another reader') }))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  expect(page.tokenStore.renew).not.toHaveBeenCalled()
})

test('what has been renewed is due at its own moment, and the next failure is retried soon again (U4)', async () => {
  const page = createPage()
  page.hold('uid2', identityOf('A'))
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  // Two tries fail, the third one, 90 s after the moment, brings a new token with its look-up.
  await page.advance(30_001 + 30_000)
  const renewedAt = T0 + 30_001 + 90_000
  page.lookUp = async () => page.hold('uid2', identityOf('B', renewedAt))
  await page.advance(60_000)
  page.lookUp = async () => {}
  expect(page.tokenStore.renew).toHaveBeenLastCalledWith(expect.objectContaining({ advertisingToken: 'B' }))
  const counts: number[] = []
  const before = page.looked.length
  for (const wait of [29_999, 2, 29_998, 2]) {
    await page.advance(wait)
    counts.push(page.looked.length - before)
  }
  expect(counts).toEqual([0, 1, 1, 2])
})

test('a token that is not due for months waits no longer than a timer can', async () => {
  const page = createPage()
  page.hold('uid2', { ...identityOf('A'), refresh_from: T0 + 90 * 86_400_000 })
  void page.auctioneer.applyToken(tokenOf('A'))
  await page.auctioneer.auction([unit])
  await settle()
  expect(Math.max(...[...page.timers.values()].map(({ at }) => at - T0))).toBe(2 ** 31 - 1)
})
