import { expect, test, vi } from 'vitest'
import { createGptAuctioneer } from '#lib/ads/google/gpt.ts'
import type { GoogleTag } from '#lib/ads/google/gpt-loader.ts'
import type { HeaderBidding } from '#lib/ads/slots/header-bidding.ts'
import { settle } from './browser-stub.ts'

/** Elements as far as the ad server needs them. */
function createPlace() {
  const place = {
    child: null as null | { id: string; isConnected: boolean },
    ownerDocument: {
      createElement: () => {
        const div = {
          id: '',
          isConnected: true,
          remove() {
            div.isConnected = false
            if (place.child === div) place.child = null
          },
        }
        return div
      },
    },
    replaceChildren(child: { id: string; isConnected: boolean }) {
      if (place.child) place.child.isConnected = false
      place.child = child
    },
  }
  return place
}

interface StubSlot {
  path: string
  div: string
  addService(): void
}

/** Notes what Google's tag is told, in order, and fills slots when the test says so. */
function createTag() {
  const told: string[] = []
  const live: StubSlot[] = []
  let ended: (event: { slot: StubSlot; isEmpty: boolean }) => void = () => {}
  const pubads = {
    addEventListener(name: string, listener: typeof ended) {
      told.push(`listens to ${name}`)
      ended = listener
    },
    refresh: (slots: StubSlot[]) => told.push(`refresh ${slots.map(({ div }) => div)}`),
  }
  const tag = {
    pubads: () => pubads,
    defineSlot(path: string, sizes: number[][], div: string) {
      const slot = { path, div, addService() {} }
      live.push(slot)
      told.push(`define ${path} ${JSON.stringify(sizes)} ${div}`)
      return slot
    },
    display: (div: string) => told.push(`display ${div}`),
    destroySlots(slots: StubSlot[]) {
      for (const slot of slots) live.splice(live.indexOf(slot), 1)
      told.push(`destroy ${slots.map(({ div }) => div)}`)
    },
    setConfig: (config: object) => told.push(JSON.stringify(config)),
  }
  return {
    tag: tag as unknown as GoogleTag,
    told,
    live,
    async fill(isEmpty = false) {
      for (const slot of [...live]) ended({ slot, isEmpty })
      await settle()
    },
  }
}

function createPage(headerBidding: HeaderBidding | null = null, consent = async () => true) {
  const google = createTag()
  const timers: Array<() => void> = []
  const auctioneer = createGptAuctioneer({
    load: async () => google.tag,
    consent,
    adUnitPath: (slot) => `/1/${slot}`,
    headerBidding,
    keyValues: () => ({ uid2_present: 'y', uid2_ab: null }),
    fillTimeoutMs: 5_000,
    setTimeout: (run) => timers.push(run),
  })
  const place = createPlace()
  const unit = { code: 'top', sizes: [[300, 250]] as const, place: () => place as unknown as HTMLElement }
  const late = () => {
    for (const run of timers.splice(0)) run()
  }
  return { ...google, auctioneer, place, unit, late }
}

test('a slot is defined in a place of its own, asked for with the key-values, and won when it is filled (G5, K8)', async () => {
  const page = createPage()
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  expect(page.told).toEqual([
    'listens to slotRenderEnded',
    'define /1/top [[300,250]] top',
    'display top',
    '{"targeting":{"uid2_present":"y","uid2_ab":null}}',
    'refresh top',
  ])
  expect(page.place.child?.id).toBe('top')
  await page.fill()
  expect([...(await sale).winners.keys()]).toEqual(['top'])
})

test('G11: Google is asked once the consent platform has spoken, and header bidders, which ask it themselves, at once', async () => {
  let speak = (_allowed: boolean) => {}
  const auction = vi.fn(async () => ({ winners: new Map(), withToken: false }))
  const bidding = { applyToken: async () => {}, auction, release() {}, target: async () => {} }
  const page = createPage(bidding, () => new Promise((resolve) => (speak = resolve)))
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  expect(auction).toHaveBeenCalledTimes(1)
  expect(page.told).toEqual(['listens to slotRenderEnded'])
  speak(false)
  await settle()
  expect(page.told.at(-1)).toBe('refresh top')
  await page.fill()
  expect((await sale).winners.size).toBe(1)
})

test('an empty slot and one that is not filled in time win nothing', async () => {
  const page = createPage()
  const empty = page.auctioneer.auction([page.unit])
  await settle()
  await page.fill(true)
  expect((await empty).winners.size).toBe(0)
  const never = page.auctioneer.auction([page.unit])
  await settle()
  page.late()
  expect((await never).winners.size).toBe(0)
})

test('a slot that is sold again is asked for again, not defined again', async () => {
  const page = createPage()
  for (let times = 0; times < 2; times++) {
    const sale = page.auctioneer.auction([page.unit])
    await settle()
    await page.fill()
    await sale
  }
  expect(page.told.filter((line) => line.startsWith('define'))).toHaveLength(1)
  expect(page.told.filter((line) => line.startsWith('refresh'))).toHaveLength(2)
  expect(page.told.filter((line) => line.startsWith('listens'))).toHaveLength(1)
})

test('fifty slots that come and go leave no slot behind (G5)', async () => {
  const page = createPage()
  for (let times = 0; times < 50; times++) {
    const sale = page.auctioneer.auction([page.unit])
    await settle()
    await page.fill()
    await sale
    page.auctioneer.release('top')
  }
  expect(page.live).toEqual([])
  expect(page.place.child).toBeNull()
  expect(page.told.filter((line) => line.startsWith('destroy'))).toHaveLength(50)
})

test('a slot that is removed during its request delays no other (G5)', async () => {
  const page = createPage()
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  page.auctioneer.release('top')
  expect((await sale).winners.size).toBe(0)
})

test('a slot whose place has gone is not asked for', async () => {
  const page = createPage()
  const sale = await page.auctioneer.auction([{ ...page.unit, place: () => null }])
  expect(sale.winners.size).toBe(0)
  expect(page.told).not.toContainEqual(expect.stringMatching(/define|refresh/))
})

test('a place that was emptied behind its back gets a new slot, and the old one is destroyed', async () => {
  const page = createPage()
  const first = page.auctioneer.auction([page.unit])
  await settle()
  await page.fill()
  await first
  page.place.replaceChildren({ id: 'other', isConnected: true })
  const second = page.auctioneer.auction([page.unit])
  await settle()
  expect(page.told.slice(-5)).toEqual([
    'destroy top',
    'define /1/top [[300,250]] top',
    'display top',
    expect.stringContaining('targeting'),
    'refresh top',
  ])
  await page.fill()
  await second
})

function createHeaderBidding(over: Partial<HeaderBidding> = {}): HeaderBidding {
  return {
    applyToken: vi.fn(async () => {}),
    auction: vi.fn(async () => ({ winners: new Map(), withToken: false })),
    release: vi.fn(),
    target: vi.fn(async () => {}),
    ...over,
  }
}

test('header bids are asked for first, and their prices told to the slots that exist by then', async () => {
  const order: string[] = []
  const bidding = createHeaderBidding({
    auction: async () => {
      order.push('auction')
      return { winners: new Map(), withToken: false }
    },
    target: async (codes) => {
      order.push(`target ${codes}`)
    },
  })
  const page = createPage(bidding)
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  expect([...order, ...page.told.slice(-1)]).toEqual(['auction', 'target top', 'refresh top'])
  expect(page.told.indexOf('display top')).toBeGreaterThan(0)
  await page.fill()
  await sale
})

test('header bidding that fails costs its bids, not the ads of Google', async () => {
  const bidding = createHeaderBidding({ auction: () => Promise.reject(new Error('blocked')) })
  const page = createPage(bidding)
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  await page.fill()
  expect((await sale).winners.size).toBe(1)
  expect(bidding.target).not.toHaveBeenCalled()
})

test('a sale tells whether there was a token at any moment of it (S1)', async () => {
  const page = createPage()
  const uid2 = { id: 'A', source: 'uidapi.com' } as const
  const sell = async (during = async () => {}) => {
    const sale = page.auctioneer.auction([page.unit])
    await settle()
    await during()
    await page.fill()
    return (await sale).withToken
  }
  expect(await sell()).toBe(false)
  expect(await sell(() => page.auctioneer.applyToken(uid2))).toBe(true)
  expect(await sell()).toBe(true)
  await page.auctioneer.applyToken(null)
  expect(await sell()).toBe(false)
})

test('a token goes on to header bidding, whose word counts as well: it may know of one that came later (S1)', async () => {
  const bidding = createHeaderBidding({ auction: async () => ({ winners: new Map(), withToken: true }) })
  const page = createPage(bidding)
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  await page.fill()
  expect((await sale).withToken).toBe(true)
  const token = { id: 'A', source: 'uidapi.com' } as const
  await page.auctioneer.applyToken(token)
  await page.auctioneer.applyToken(null)
  expect(bidding.applyToken).toHaveBeenNthCalledWith(1, token)
  expect(bidding.applyToken).toHaveBeenNthCalledWith(2, null)
})
