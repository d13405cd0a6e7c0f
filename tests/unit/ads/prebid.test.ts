// biome-ignore-all lint/suspicious/noTemplateCurlyInString: this is how macros are written.
import type { PrebidJS } from 'prebid.js'
import { expect, test, vi } from 'vitest'
import { createPrebidAuctioneer, type PrebidOptions } from '#lib/ads/slots/header-bidding.ts'
import { settle } from './browser-stub.ts'

const unit = { code: 'top', sizes: [[300, 250]] as const, place: () => null }
const bidders = [{ code: 'sandbox', via: 'prebid-server' }] as const
const settingsOfPrebid = { auctionTimeoutMs: 1_000, bidderParams: () => ({}) }
const uid2 = (id: string) => ({ id, source: 'uidapi.com' }) as const

/** Records the calls to Prebid; an auction is answered with `bids`. */
function createPrebidStub(
  bids: object[] = [],
  duringAuction = async () => {},
  signals?: PrebidOptions['signals'],
) {
  const calls: string[] = []
  let configured: object[] = []
  const settings: object[] = []
  const firstParty: object[] = []
  const stub = {
    getConfig: () => ({ userIds: configured }),
    setConfig({ userSync: { userIds, ...others } }: { userSync: { userIds: object[] } }) {
      settings.push(others)
      configured = userIds
      calls.push(JSON.stringify(userIds))
    },
    async refreshUserIds() {
      const failed = refreshFailure
      refreshFailure = null
      if (failed) throw failed
      await settle()
      calls.push('refreshed')
    },
    clearAllAuctions: () => calls.push('auctions cleared'),
    async requestBids({ adUnits, ortb2 }: { adUnits: Array<{ code: string }>; ortb2: object }) {
      firstParty.push(ortb2)
      calls.push(`auction ${adUnits.map(({ code }) => code)}`)
      await duringAuction()
      return { auctionId: 'this' }
    },
    getHighestCpmBids: () => bids,
    setTargetingForGPTAsync: (codes: string[]) => calls.push(`targeting ${codes}`),
    markWinningBidAsUsed: (options: unknown) => calls.push(JSON.stringify(options)),
  }
  let loads = 0
  let failure: Error | null = null
  let refreshFailure: Error | null = null
  async function load(): Promise<PrebidJS> {
    loads += 1
    const failed = failure
    failure = null
    if (failed) throw failed
    return stub as unknown as PrebidJS
  }
  const auctioneer = createPrebidAuctioneer({ load, bidders, signals, ...settingsOfPrebid })
  const fail = (once: Error) => {
    failure = once
  }
  const failRefresh = (once: Error) => {
    refreshFailure = once
  }
  return { calls, settings, firstParty, auctioneer, fail, failRefresh, loads: () => loads }
}

test('the first auction carries the token, as {uid2:{id}} and nothing else (U11, P1, P9)', async () => {
  const { calls, auctioneer } = createPrebidStub()
  void auctioneer.applyToken(uid2('A'))
  await auctioneer.auction([unit])
  expect(calls).toEqual(['[{"name":"uid2","value":{"uid2":{"id":"A"}}}]', 'refreshed', 'auction top'])
})

test('an EUID is given under its own name', async () => {
  const { calls, auctioneer } = createPrebidStub()
  void auctioneer.applyToken({ id: 'E', source: 'euid.eu' })
  await auctioneer.auction([unit])
  expect(calls[0]).toBe('[{"name":"euid","value":{"euid":{"id":"E"}}}]')
})

test('a token is removed by an empty value and a refresh, with the cached bids (P3, P4)', async () => {
  const { calls, auctioneer } = createPrebidStub()
  void auctioneer.applyToken(uid2('A'))
  await auctioneer.auction([unit])
  calls.length = 0
  await auctioneer.applyToken(null)
  expect(calls).toEqual(['auctions cleared', '[{"name":"uid2","value":{}}]', 'refreshed'])
})

test('an auction waits for every change before it, in order (P4)', async () => {
  const { calls, auctioneer } = createPrebidStub()
  await auctioneer.auction([unit])
  calls.length = 0
  void auctioneer.applyToken(uid2('A'))
  void auctioneer.applyToken(uid2('B'))
  await auctioneer.auction([unit])
  expect(calls).toEqual(['[{"name":"uid2","value":{"uid2":{"id":"B"}}}]', 'refreshed', 'auction top'])
})

test('the same token again changes nothing, and Prebid is loaded once (P6)', async () => {
  const { calls, auctioneer, loads } = createPrebidStub()
  void auctioneer.applyToken(uid2('A'))
  await auctioneer.auction([unit])
  await auctioneer.applyToken(uid2('A'))
  await auctioneer.auction([unit])
  expect(calls.filter((line) => line === 'refreshed')).toHaveLength(1)
  expect(loads()).toBe(1)
})

test('without an auction Prebid is never loaded', async () => {
  const { auctioneer, loads } = createPrebidStub()
  await auctioneer.applyToken(uid2('A'))
  expect(loads()).toBe(0)
})

test('the winner is a bid of this auction, with the buyer’s reading of the token', async () => {
  const bid = { adId: 'x', auctionId: 'this', ad: '<p>', width: 300, height: 250, cpm: 1.5 }
  const { auctioneer, calls } = createPrebidStub([{ ...bid, meta: { uid2: { token: 'readable' } } }])
  const [winner] = (await auctioneer.auction([unit])).winners.values()
  expect(winner).toMatchObject({ token: 'readable', cpm: 1.5 })
  const frame = { setAttribute: vi.fn(), style: {}, srcdoc: '' }
  const replaceChildren = vi.fn()
  winner?.show({ ownerDocument: { createElement: () => frame }, replaceChildren } as unknown as HTMLElement)
  expect(frame.srcdoc).toBe('<p>')
  expect(frame.setAttribute).toHaveBeenCalledWith('sandbox', 'allow-scripts allow-popups')
  expect(replaceChildren).toHaveBeenCalledWith(frame)
  expect(calls.at(-1)).toBe('{"adId":"x","events":true}')
  const late = createPrebidStub([{ ...bid, auctionId: 'that', meta: {} }])
  expect((await late.auctioneer.auction([unit])).winners.size).toBe(0)
})

/** The frame of the ad that this bid wins with. */
async function frameOf(bid: object) {
  const { auctioneer } = createPrebidStub([{ auctionId: 'this', currency: 'USD', ...bid }])
  const [winner] = (await auctioneer.auction([unit])).winners.values()
  const frame = { setAttribute() {}, style: {}, srcdoc: '', width: '', height: '' }
  const place = { ownerDocument: { createElement: () => frame }, replaceChildren() {} }
  winner?.show(place as unknown as HTMLElement)
  return frame
}

test('macros of OpenRTB are filled in, with the bidder’s own price where Prebid converted it (P17)', async () => {
  const bid = { ad: 'p=${AUCTION_PRICE}&c=${AUCTION_CURRENCY}&s=${AUCTION_SEAT_ID}', width: 300, height: 250 }
  expect(await frameOf({ ...bid, cpm: 1.5 })).toMatchObject({ srcdoc: 'p=1.5&c=USD&s=' })
  const converted = { ...bid, cpm: 1.5, originalCpm: 1.4, originalCurrency: 'EUR' }
  expect(await frameOf(converted)).toMatchObject({ srcdoc: 'p=1.4&c=EUR&s=' })
})

test('an ad without a size gets the size of its slot (P18)', async () => {
  for (const size of [{}, { width: 0, height: 0 }])
    expect(await frameOf({ ad: '<p>', cpm: 1, ...size })).toMatchObject({ width: '300', height: '250' })
})

test('consent that the server knows is in the same auction as the token (P19)', async () => {
  const { firstParty, auctioneer } = createPrebidStub()
  const euid = { id: 'E', source: 'euid.eu' } as const
  const consent = { tcf: 'CPx', gdprApplies: true }
  const both = { regs: { gdpr: 1 }, user: { consent: 'CPx' } }
  void auctioneer.applyToken({ ...euid, consent })
  await auctioneer.auction([unit])
  // The same token after a new choice of the reader.
  await auctioneer.applyToken({ ...euid, consent: { ...consent, tcf: 'CPy' } })
  await auctioneer.auction([unit])
  await auctioneer.applyToken(null)
  await auctioneer.auction([unit])
  expect(firstParty).toEqual([both, { ...both, user: { consent: 'CPy' } }, {}])
})

test('an auction reports whether it had a token, also one that came while Prebid loaded or ran (S1)', async () => {
  const loading = createPrebidStub().auctioneer
  const first = loading.auction([unit])
  void loading.applyToken(uid2('A'))
  expect((await first).withToken).toBe(true)
  await loading.applyToken(null)
  expect((await loading.auction([unit])).withToken).toBe(false)

  const during = vi.fn<() => Promise<void>>()
  const { auctioneer } = createPrebidStub([], during)
  during.mockImplementation(() => auctioneer.applyToken(uid2('B')))
  expect((await auctioneer.auction([unit])).withToken).toBe(true)
})

test('Prebid is loaded for the next auction after a failed load', async () => {
  const { auctioneer, calls, fail } = createPrebidStub()
  fail(new Error('offline'))
  await expect(auctioneer.auction([unit])).rejects.toThrow('offline')
  await auctioneer.applyToken(uid2('A'))
  expect((await auctioneer.auction([unit])).withToken).toBe(true)
  expect(calls.at(-1)).toBe('auction top')
})

test('an EUID is removed under its own name, and replaced by a token of another source (P3, S1)', async () => {
  const { calls, auctioneer } = createPrebidStub()
  void auctioneer.applyToken({ id: 'T', source: 'euid.eu' })
  await auctioneer.auction([unit])
  await auctioneer.applyToken(uid2('T'))
  expect(calls.at(-2)).toBe('[{"name":"uid2","value":{"uid2":{"id":"T"}}}]')
  await auctioneer.applyToken({ id: 'T', source: 'euid.eu' })
  await auctioneer.applyToken(null)
  expect(calls.at(-2)).toBe('[{"name":"euid","value":{}}]')
})

test('a change that fails in Prebid costs that auction, not the next one or the next change', async () => {
  const { calls, auctioneer, failRefresh } = createPrebidStub()
  failRefresh(new Error('of an ID module'))
  void auctioneer.applyToken(uid2('A'))
  await expect(auctioneer.auction([unit])).rejects.toThrow('of an ID module')
  await auctioneer.applyToken(null)
  expect(calls.at(-2)).toBe('[{"name":"uid2","value":{}}]')
  await auctioneer.auction([unit])
  expect(calls.at(-1)).toBe('auction top')
})

test('no other identifiers are synced, and Prebid waits for none of its own (P9)', async () => {
  const { settings, auctioneer } = createPrebidStub()
  void auctioneer.applyToken(uid2('A'))
  await auctioneer.auction([unit])
  expect(settings).toEqual([{ syncEnabled: false, auctionDelay: 50 }])
})

test('Prebid gets the source of the secure signals, and registers it only with a token (G2, G6)', async () => {
  const register = vi.fn()
  const sources = { encryptedSignalSources: { sources: [] } }
  const { settings, auctioneer } = createPrebidStub([], undefined, { userSync: sources, register })
  await auctioneer.auction([unit])
  void auctioneer.applyToken(uid2('A'))
  await auctioneer.auction([unit])
  expect(settings).toEqual([expect.objectContaining(sources)])
  expect(register).toHaveBeenCalledTimes(1)
  await auctioneer.applyToken(null)
  expect(register).toHaveBeenCalledTimes(1)
})

test('Google’s tag gets the bids once Prebid is loaded, and nothing before', async () => {
  const { calls, auctioneer } = createPrebidStub()
  await auctioneer.target(['top'])
  expect(calls).toEqual([])
  await auctioneer.auction([unit])
  await auctioneer.target(['top', 'end'])
  expect(calls.at(-1)).toBe('targeting top,end')
})
