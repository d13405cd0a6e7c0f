import { expect, test, vi } from 'vitest'
import type { Auctioneer, Winner } from '#lib/ads/auctioneer.ts'
import { createSlots, type Slot } from '#lib/ads/slots.ts'
import { available, createBrowserStub, plain, settle } from './browser-stub.ts'

function createPage({ hold = false } = {}) {
  const page = createBrowserStub()
  const frames: Array<() => void> = []
  const auctions: Array<{ codes: string[]; token: string | null }> = []
  const held: Array<() => void> = []
  let token: string | null = null
  const auctioneer: Auctioneer = {
    async applyToken(next) {
      token = next?.id ?? null
    },
    async auction(units) {
      auctions.push({ codes: units.map(({ code }) => code), token })
      if (hold) await new Promise<void>((resolve) => held.push(resolve))
      const withToken = auctions.at(-1)?.token !== null
      return { winners: new Map(units.map(({ code }) => [code, winner(code)])), withToken }
    },
    rendered: vi.fn(),
  }
  const afterAuction = vi.spyOn(page.handoff, 'afterAuction')
  const slots = createSlots({
    handoff: page.handoff,
    auctioneer,
    identityTimeoutMs: 1_000,
    nextFrame: (run) => frames.push(run),
    setTimeout: page.env.setTimeout,
  })
  return {
    handoff: page.handoff,
    requests: page.requests,
    advance: page.advance,
    slots,
    auctions,
    auctioneer,
    afterAuction,
    async frame() {
      for (const run of frames.splice(0)) run()
      await settle()
    },
    async answer() {
      for (const resolve of held.splice(0)) resolve()
      await settle()
    },
  }
}

function winner(adId: string): Winner {
  return { adId, markup: '<p>ad</p>', width: 300, height: 250, token: 'readable' }
}

function slot(id: string): Slot & { shown: string[] } {
  const shown: string[] = []
  return {
    id,
    sizes: [[300, 250]],
    shown,
    show: ({ adId }) => shown.push(adId),
    empty: () => shown.push('-'),
  }
}

test('slots of one frame share one auction, which waits for the identity (P9)', async () => {
  const page = createPage()
  const [top, side] = [slot('top'), slot('side')]
  page.slots.mount(top)
  page.slots.mount(side)
  page.handoff.start()
  await page.frame()
  expect(page.auctions).toEqual([])
  await page.requests[0]?.answer(available('A'))
  expect(page.auctions).toEqual([{ codes: ['top', 'side'], token: 'A' }])
  expect([top.shown, side.shown]).toEqual([['top'], ['side']])
  expect(page.auctioneer.rendered).toHaveBeenCalledTimes(2)
  expect(page.afterAuction).toHaveBeenCalledTimes(1)
})

test('an identity that does not come in time costs the auction a second, not itself', async () => {
  const page = createPage()
  page.slots.mount(slot('top'))
  page.handoff.start()
  await page.frame()
  await page.advance(1_000)
  expect(page.auctions).toEqual([{ codes: ['top'], token: null }])
})

test('a slot that StrictMode mounts twice is auctioned once (P7)', async () => {
  const page = createPage()
  page.handoff.start(available('A'))
  page.slots.mount(slot('top'))()
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.auctions).toEqual([{ codes: ['top'], token: 'A' }])
})

test('fifty route changes leave nothing behind (P8)', async () => {
  const page = createPage()
  page.handoff.start(available('A'))
  for (let i = 0; i < 50; i++) {
    const leave = page.slots.mount(slot('top'))
    await page.frame()
    leave()
  }
  expect(page.auctions).toHaveLength(50)
  expect(page.auctions.every(({ codes }) => codes.length === 1)).toBe(true)
})

test('a slot that is gone when its ad arrives shows nothing and counts no impression (P8)', async () => {
  const page = createPage({ hold: true })
  page.handoff.start(available('A'))
  const top = slot('top')
  const leave = page.slots.mount(top)
  await page.frame()
  leave()
  await page.answer()
  expect(top.shown).toEqual(['-'])
  expect(page.auctioneer.rendered).not.toHaveBeenCalled()
})

test('an ad bought with the token goes with the token, and the slot is sold without it (S1)', async () => {
  const page = createPage()
  page.handoff.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.handoff.clear('opted_out')
  await page.frame()
  expect(top.shown).toEqual(['top', '-', 'top'])
  expect(page.auctions.map(({ token }) => token)).toEqual(['A', null])
})

test('an ad still on its way when the token is cleared is thrown away (S1)', async () => {
  const page = createPage({ hold: true })
  page.handoff.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.handoff.clear('signed_out')
  expect(top.shown).toEqual([])
  await page.answer()
  expect(top.shown).toEqual(['-'])
  await page.frame()
  await page.answer()
  expect(top.shown).toEqual(['-', 'top'])
  expect(page.auctions.map(({ token }) => token)).toEqual(['A', null])
})

test('an ad bought without a token stays when the status changes', async () => {
  const page = createPage()
  page.handoff.start(plain('signed_out'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.handoff.clear('denied')
  await page.frame()
  expect(top.shown).toEqual(['top'])
})

test('an ad that got a token after all goes with it, whatever was known when it was asked for (S1)', async () => {
  const page = createPage()
  // Prebid was still loading when the identity came.
  page.auctioneer.auction = async (units) => ({
    winners: new Map(units.map(({ code }) => [code, winner(code)])),
    withToken: true,
  })
  page.handoff.start()
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  await page.advance(1_000)
  await page.requests[0]?.answer(available('A'))
  expect(top.shown).toEqual(['top'])
  page.handoff.clear('signed_out')
  expect(top.shown).toEqual(['top', '-'])
})

test('a slow answer without a token does not throw away an ad without one', async () => {
  const page = createPage({ hold: true })
  page.handoff.start()
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  await page.advance(1_000)
  await page.requests[0]?.answer(plain('signed_out'))
  await page.answer()
  expect(top.shown).toEqual(['top'])
  expect(page.auctions).toHaveLength(1)
})

test('a blocked ad stack leaves the slots quiet and the refresh going', async () => {
  const page = createPage()
  page.handoff.start(available('A'))
  page.auctioneer.auction = () => Promise.reject(new Error('blocked'))
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.afterAuction).toHaveBeenCalledTimes(1)
})

test('a token that no ad stack takes is no unhandled rejection', async () => {
  const page = createPage()
  const unhandled = vi.fn()
  process.once('unhandledRejection', unhandled)
  page.auctioneer.applyToken = () => Promise.reject(new Error('no Prebid Server'))
  page.handoff.start(available('A'))
  page.slots.mount(slot('top'))
  await page.frame()
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
