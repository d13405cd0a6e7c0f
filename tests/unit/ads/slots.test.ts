import { expect, test, vi } from 'vitest'
import type { Auctioneer, Winner } from '#lib/ads/auctioneer.ts'
import type { View } from '#lib/ads/in-view.ts'
import { createSlots, type Slot } from '#lib/ads/slots.ts'
import { available, createBrowserStub, plain, settle } from './browser-stub.ts'

function createPage({ hold = false, far = false, refreshAfterMs = null as number | null } = {}) {
  const page = createBrowserStub()
  const frames: Array<() => void> = []
  const auctions: Array<{ codes: string[]; token: string | null }> = []
  const held: Array<() => void> = []
  let token: string | null = null
  const exposures = { auction: vi.fn(), impression: vi.fn() }
  const near: Array<() => void> = []
  const seen: Array<{ ms: number; run: () => void }> = []
  const view: View = {
    whenNear(_place, _screens, run) {
      if (!far) run()
      else near.push(run)
      return () => void near.splice(0)
    },
    whenSeen(_place, ms, run) {
      const watch = { ms, run }
      seen.push(watch)
      return () => void seen.splice(seen.indexOf(watch), 1)
    },
  }
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
    release: vi.fn(),
  }
  const afterAuction = vi.spyOn(page.handoff, 'afterAuction')
  const slots = createSlots({
    handoff: page.handoff,
    auctioneer,
    exposures,
    view,
    identityTimeoutMs: 1_000,
    lazyScreens: 5,
    refreshAfterMs,
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
    exposures,
    near,
    seen,
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

/** Puts its name into the slot's list of what was shown. */
function winner(name: string): Winner {
  const show = (place: HTMLElement) => void (place as unknown as string[]).push(name)
  return { token: 'readable', cpm: 2, show }
}

function slot(id: string): Slot & { list: string[] } {
  const list: string[] = []
  return {
    id,
    sizes: [[300, 250]],
    list,
    place: () => list as unknown as HTMLElement,
    shown() {},
    emptied: () => list.push('-'),
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
  expect([top.list, side.list]).toEqual([['top'], ['side']])
  expect(page.exposures.impression).toHaveBeenCalledTimes(2)
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
  expect(top.list).toEqual(['-'])
  expect(page.exposures.impression).not.toHaveBeenCalled()
})

test('an ad bought with the token goes with the token, and the slot is sold without it (S1)', async () => {
  const page = createPage()
  page.handoff.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.handoff.clear('opted_out')
  await page.frame()
  expect(top.list).toEqual(['top', '-', 'top'])
  expect(page.auctions.map(({ token }) => token)).toEqual(['A', null])
})

test('an ad still on its way when the token is cleared is thrown away (S1)', async () => {
  const page = createPage({ hold: true })
  page.handoff.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.handoff.clear('signed_out')
  expect(top.list).toEqual([])
  await page.answer()
  expect(top.list).toEqual(['-'])
  await page.frame()
  await page.answer()
  expect(top.list).toEqual(['-', 'top'])
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
  expect(top.list).toEqual(['top'])
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
  expect(top.list).toEqual(['top'])
  page.handoff.clear('signed_out')
  expect(top.list).toEqual(['top', '-'])
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
  expect(top.list).toEqual(['top'])
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

test('a slot far below is sold when the reader comes near it, and not if the page is left before', async () => {
  const page = createPage({ far: true })
  page.handoff.start(available('A'))
  const leave = page.slots.mount(slot('end'))
  await page.frame()
  expect(page.auctions).toEqual([])
  page.near[0]?.()
  await page.frame()
  expect(page.auctions).toEqual([{ codes: ['end'], token: 'A' }])
  leave()
  page.slots.mount(slot('other'))()
  expect(page.near).toEqual([])
})

test('a slot is sold anew once it has been seen for long enough, never for less than 30 s, and keeps its ad until then', async () => {
  for (const [refreshAfterMs, wait] of [
    [5_000, 30_000],
    [45_000, 45_000],
  ] as const) {
    const page = createPage({ refreshAfterMs })
    page.handoff.start(available('A'))
    const top = slot('top')
    const leave = page.slots.mount(top)
    await page.frame()
    expect(page.seen.map(({ ms }) => ms)).toEqual([wait])
    page.seen.splice(0)[0]?.run()
    await page.frame()
    expect(top.list).toEqual(['top', 'top'])
    expect(page.auctions).toHaveLength(2)
    expect(page.seen).toHaveLength(1)
    leave()
    expect(page.seen).toEqual([])
  }
})

test('without a setting no slot is sold anew', async () => {
  const page = createPage()
  page.handoff.start(available('A'))
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.seen).toEqual([])
})

test('the ad stack lets go of a slot that leaves or loses its ad (G5)', async () => {
  const page = createPage()
  page.handoff.start(available('A'))
  const leave = page.slots.mount(slot('top'))
  await page.frame()
  page.handoff.clear('signed_out')
  expect(page.auctioneer.release).toHaveBeenCalledTimes(1)
  leave()
  expect(page.auctioneer.release).toHaveBeenCalledTimes(2)
  expect(page.auctioneer.release).toHaveBeenCalledWith('top')
})

test('K1: an auction is told of before it is held, its impressions after', async () => {
  const page = createPage({ hold: true })
  page.handoff.start(available('A'))
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.exposures.auction).toHaveBeenCalledWith(['top'])
  expect(page.exposures.impression).not.toHaveBeenCalled()
  await page.answer()
  expect(page.exposures.impression).toHaveBeenCalledWith('top', expect.objectContaining({ cpm: 2 }))
})

test('what the browser refreshes the token with comes along to the ad stack, under the client hand-off alone', async () => {
  const page = createPage()
  const given = vi.spyOn(page.auctioneer, 'applyToken')
  const identity = {
    advertising_token: 'A',
    refresh_token: 'R',
    identity_expires: 2,
    refresh_from: 1,
    refresh_expires: 3,
    refresh_response_key: 'K',
  }
  page.handoff.start(available('A', { identity }))
  expect(given).toHaveBeenLastCalledWith({ id: 'A', source: 'uidapi.com', identity })
  const plainPage = createPage()
  const plainGiven = vi.spyOn(plainPage.auctioneer, 'applyToken')
  plainPage.handoff.start(available('A'))
  expect(plainGiven).toHaveBeenLastCalledWith({ id: 'A', source: 'uidapi.com' })
})
