import { expect, test, vi } from 'vitest'
import { available, plain } from './browser-stub.ts'
import { createPage, slot, winner } from './slots-page.ts'

test('slots of one frame share one auction, which waits for the identity (P9)', async () => {
  const page = createPage()
  const [top, side] = [slot('top'), slot('side')]
  page.slots.mount(top)
  page.slots.mount(side)
  page.tokenStore.start()
  await page.frame()
  expect(page.auctions).toEqual([])
  await page.requests[0]?.answer(available('A'))
  expect(page.auctions).toEqual([{ codes: ['top', 'side'], token: 'A' }])
  expect([top.list, side.list]).toEqual([['top'], ['side']])
  expect(page.exposures.impression).toHaveBeenCalledTimes(2)
  expect(page.afterAuction).toHaveBeenCalledTimes(1)
})

test('an auction waits one second for the identity, then runs without a token', async () => {
  const page = createPage()
  page.slots.mount(slot('top'))
  page.tokenStore.start()
  await page.frame()
  await page.advance(1_000)
  expect(page.auctions).toEqual([{ codes: ['top'], token: null }])
})

test('a slot that StrictMode mounts twice is auctioned once (P7)', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  page.slots.mount(slot('top'))()
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.auctions).toEqual([{ codes: ['top'], token: 'A' }])
})

test('fifty route changes leave nothing (P8)', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
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
  page.tokenStore.start(available('A'))
  const top = slot('top')
  const leave = page.slots.mount(top)
  await page.frame()
  leave()
  await page.answer()
  expect(top.list).toEqual(['-'])
  expect(page.exposures.impression).not.toHaveBeenCalled()
})

test('an ad bought with the token is removed with it, and the slot is sold without it (S1)', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.tokenStore.clear('opted_out')
  await page.frame()
  expect(top.list).toEqual(['top', '-', 'top'])
  expect(page.auctions.map(({ token }) => token)).toEqual(['A', null])
})

test('a pending ad is discarded when the token is cleared (S1)', async () => {
  const page = createPage({ hold: true })
  page.tokenStore.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.tokenStore.clear('signed_out')
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
  page.tokenStore.start(plain('signed_out'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.tokenStore.clear('denied')
  await page.frame()
  expect(top.list).toEqual(['top'])
})

test('an ad that got a token during its auction is removed with it (S1)', async () => {
  const page = createPage()
  // Prebid was still loading when the identity came.
  page.auctioneer.auction = async (units) => ({
    winners: new Map(units.map(({ code }) => [code, winner(code)])),
    withToken: true,
  })
  page.tokenStore.start()
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  await page.advance(1_000)
  await page.requests[0]?.answer(available('A'))
  expect(top.list).toEqual(['top'])
  page.tokenStore.clear('signed_out')
  expect(top.list).toEqual(['top', '-'])
})

test('a late ad of Google’s that no slot waits for is removed with the token as well (S1)', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  page.auctioneer.auction = async () => ({ winners: new Map(), withToken: true })
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  top.list.push('late')
  page.tokenStore.clear('signed_out')
  expect(top.list).toEqual(['late', '-'])
  expect(page.auctioneer.release).toHaveBeenCalledWith('top')
})

test('a late identity without a token keeps an ad without one', async () => {
  const page = createPage({ hold: true })
  page.tokenStore.start()
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  await page.advance(1_000)
  await page.requests[0]?.answer(plain('signed_out'))
  await page.answer()
  expect(top.list).toEqual(['top'])
  expect(page.auctions).toHaveLength(1)
})

test('a blocked ad stack ends the auction, so that refreshes continue', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  page.auctioneer.auction = () => Promise.reject(new Error('blocked'))
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.afterAuction).toHaveBeenCalledTimes(1)
})

test('a token that the ad stack cannot take is no unhandled rejection', async () => {
  const page = createPage()
  const unhandled = vi.fn()
  process.once('unhandledRejection', unhandled)
  page.auctioneer.applyToken = () => Promise.reject(new Error('no Prebid Server'))
  page.tokenStore.start(available('A'))
  page.slots.mount(slot('top'))
  await page.frame()
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

test('a token comes with the consent that the server knows (P19)', async () => {
  const { tokenStore, slots, applied, frame } = createPage()
  const consent = { tcf: 'CPx', gdprApplies: true }
  tokenStore.start(available('E', { source: 'euid.eu', consent }))
  slots.mount(slot('top'))
  await frame()
  expect(applied.at(-1)).toEqual({ id: 'E', source: 'euid.eu', consent })
})
