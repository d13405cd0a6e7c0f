import { expect, test, vi } from 'vitest'
import { createGptAuctioneer } from '#lib/ads/google/gpt.ts'
import type { GoogleTag } from '#lib/ads/google/gpt-loader.ts'
import type { HeaderBidding } from '#lib/ads/slots/header-bidding.ts'
import { settle } from './browser-stub.ts'

/** The elements that the ad server uses. */
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

/** Records the calls to Google’s tag; the test decides when slots are filled. */
function createTag() {
  const calls: string[] = []
  const live: StubSlot[] = []
  let ended: (event: { slot: StubSlot; isEmpty: boolean }) => void = () => {}
  const pubads = {
    addEventListener(name: string, listener: typeof ended) {
      calls.push(`listen ${name}`)
      ended = listener
    },
    refresh: (slots: StubSlot[]) => calls.push(`refresh ${slots.map(({ div }) => div)}`),
  }
  const tag = {
    pubads: () => pubads,
    defineSlot(path: string, sizes: number[][], div: string) {
      const slot = { path, div, addService() {} }
      live.push(slot)
      calls.push(`define ${path} ${JSON.stringify(sizes)} ${div}`)
      return slot
    },
    display: (div: string) => calls.push(`display ${div}`),
    destroySlots(slots: StubSlot[]) {
      for (const slot of slots) live.splice(live.indexOf(slot), 1)
      calls.push(`destroy ${slots.map(({ div }) => div)}`)
    },
    setConfig: (config: object) => calls.push(JSON.stringify(config)),
  }
  return {
    tag: tag as unknown as GoogleTag,
    calls,
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
  const fireTimers = () => {
    for (const run of timers.splice(0)) run()
  }
  return { ...google, auctioneer, place, unit, fireTimers }
}

test('a slot gets its own element, is requested with the key-values, and is won when filled (G5, K8)', async () => {
  const page = createPage()
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  expect(page.calls).toEqual([
    'listen slotRenderEnded',
    'define /1/top [[300,250]] top',
    'display top',
    '{"targeting":{"uid2_present":"y","uid2_ab":null}}',
    'refresh top',
  ])
  expect(page.place.child?.id).toBe('top')
  await page.fill()
  expect([...(await sale).winners.keys()]).toEqual(['top'])
})

test('Google’s ads wait for the consent platform, header bidding does not (G11)', async () => {
  let decide = (_allowed: boolean) => {}
  const auction = vi.fn(async () => ({ winners: new Map(), withToken: false }))
  const bidding = { applyToken: async () => {}, auction, release() {}, target: async () => {} }
  const page = createPage(bidding, () => new Promise((resolve) => (decide = resolve)))
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  expect(auction).toHaveBeenCalledTimes(1)
  expect(page.calls).toEqual(['listen slotRenderEnded'])
  decide(false)
  await settle()
  expect(page.calls.at(-1)).toBe('refresh top')
  await page.fill()
  expect((await sale).winners.size).toBe(1)
})

test('an empty slot and a slot not filled in time win nothing', async () => {
  const page = createPage()
  const empty = page.auctioneer.auction([page.unit])
  await settle()
  await page.fill(true)
  expect((await empty).winners.size).toBe(0)
  const never = page.auctioneer.auction([page.unit])
  await settle()
  page.fireTimers()
  expect((await never).winners.size).toBe(0)
})

test('a slot that is sold again is requested again, not defined again', async () => {
  const page = createPage()
  for (let times = 0; times < 2; times++) {
    const sale = page.auctioneer.auction([page.unit])
    await settle()
    await page.fill()
    await sale
  }
  expect(page.calls.filter((line) => line.startsWith('define'))).toHaveLength(1)
  expect(page.calls.filter((line) => line.startsWith('refresh'))).toHaveLength(2)
  expect(page.calls.filter((line) => line.startsWith('listen'))).toHaveLength(1)
})

test('fifty slots that come and go leave no slot (G5)', async () => {
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
  expect(page.calls.filter((line) => line.startsWith('destroy'))).toHaveLength(50)
})

test('a slot that is removed during its request delays no other (G5)', async () => {
  const page = createPage()
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  page.auctioneer.release('top')
  expect((await sale).winners.size).toBe(0)
})

test('a slot without its element is not requested', async () => {
  const page = createPage()
  const sale = await page.auctioneer.auction([{ ...page.unit, place: () => null }])
  expect(sale.winners.size).toBe(0)
  expect(page.calls).not.toContainEqual(expect.stringMatching(/define|refresh/))
})

test('an element that other code emptied gets a new slot, and the old one is destroyed', async () => {
  const page = createPage()
  const first = page.auctioneer.auction([page.unit])
  await settle()
  await page.fill()
  await first
  page.place.replaceChildren({ id: 'other', isConnected: true })
  const second = page.auctioneer.auction([page.unit])
  await settle()
  expect(page.calls.slice(-5)).toEqual([
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

test('header bids come first, and their prices are set on the slots', async () => {
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
  expect([...order, ...page.calls.slice(-1)]).toEqual(['auction', 'target top', 'refresh top'])
  expect(page.calls.indexOf('display top')).toBeGreaterThan(0)
  await page.fill()
  await sale
})

test('failing header bidding costs its bids, not Google’s ads', async () => {
  const bidding = createHeaderBidding({ auction: () => Promise.reject(new Error('blocked')) })
  const page = createPage(bidding)
  const sale = page.auctioneer.auction([page.unit])
  await settle()
  await page.fill()
  expect((await sale).winners.size).toBe(1)
  expect(bidding.target).not.toHaveBeenCalled()
})

test('a sale reports whether there was a token at any moment of it (S1)', async () => {
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

test('a token is passed to header bidding, which may report a later one (S1)', async () => {
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
