import { expect, test, vi } from 'vitest'
import { available, identityOf } from './browser-stub.ts'
import { createPage, slot } from './slots-page.ts'

test('a slot far below is sold when the reader comes near, and not after leaving the page', async () => {
  const page = createPage({ far: true })
  page.tokenStore.start(available('A'))
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

test('a seen slot is sold again after the set time, at least 30 s, and keeps its ad until then', async () => {
  for (const [refreshAfterMs, wait] of [
    [5_000, 30_000],
    [45_000, 45_000],
  ] as const) {
    const page = createPage({ refreshAfterMs })
    page.tokenStore.start(available('A'))
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

test('without a setting no slot is sold again', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.seen).toEqual([])
})

test('a slot that leaves or loses its ad is released in the ad stack (G5)', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  const leave = page.slots.mount(slot('top'))
  await page.frame()
  page.tokenStore.clear('signed_out')
  expect(page.auctioneer.release).toHaveBeenCalledTimes(1)
  leave()
  expect(page.auctioneer.release).toHaveBeenCalledTimes(2)
  expect(page.auctioneer.release).toHaveBeenCalledWith('top')
})

test('an auction is recorded before it is held, its impressions after (K1)', async () => {
  const page = createPage({ hold: true })
  page.tokenStore.start(available('A'))
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.exposures.auction).toHaveBeenCalledWith(['top'])
  expect(page.exposures.impression).not.toHaveBeenCalled()
  await page.answer()
  expect(page.exposures.impression).toHaveBeenCalledWith('top', expect.objectContaining({ cpm: 2 }))
})

test('the identity for refreshes goes to the ad stack, only under the client hand-off', async () => {
  const page = createPage()
  const given = vi.spyOn(page.auctioneer, 'applyToken')
  const identity = identityOf('A')
  page.tokenStore.start(available('A', { identity }))
  expect(given).toHaveBeenLastCalledWith({ id: 'A', source: 'uidapi.com', identity })
  const plainPage = createPage()
  const plainGiven = vi.spyOn(plainPage.auctioneer, 'applyToken')
  plainPage.tokenStore.start(available('A'))
  expect(plainGiven).toHaveBeenLastCalledWith({ id: 'A', source: 'uidapi.com' })
})

test('a slot whose ad was removed with the token is not observed any more (S1)', async () => {
  const page = createPage({ refreshAfterMs: 30_000, hold: true })
  page.tokenStore.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  await page.answer()
  expect(page.seen).toHaveLength(1)
  page.tokenStore.clear('signed_out')
  expect(page.seen).toEqual([])
})

test('a pending ad is not shown in place of an ad that was removed with the token (S1)', async () => {
  const page = createPage({ refreshAfterMs: 30_000, hold: true })
  page.tokenStore.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  await page.answer()
  page.seen.splice(0)[0]?.run()
  await page.frame()
  page.tokenStore.clear('signed_out')
  await page.answer()
  expect(top.list).toEqual(['top', '-'])
  await page.advance(3_001)
  await page.frame()
  await page.advance(1_001)
  await page.answer()
  expect(top.list).toEqual(['top', '-', 'top'])
  expect(page.auctions.at(-1)?.token).toBeNull()
})

test('a slot without its element gets no ad, the others of its auction do', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  page.slots.mount({ ...slot('gone'), place: place([[], null]) })
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  expect(top.list).toEqual(['top'])
  expect(page.exposures.impression).toHaveBeenCalledTimes(1)
})

/** The next element at each look-up; the last one stays. */
function place(next: Array<object | null>): () => HTMLElement | null {
  return () => (next.length > 1 ? next.shift() : next[0]) as HTMLElement | null
}

test('slots mounted after the token have it in their first auction (P9)', async () => {
  const page = createPage({ tokenFirst: available('A') })
  page.slots.mount(slot('top'))
  await page.frame()
  expect(page.auctions).toEqual([{ codes: ['top'], token: 'A' }])
})

test('slots that all leave before their auction make no request (P8)', async () => {
  const page = createPage()
  page.tokenStore.start(available('A'))
  page.slots.mount(slot('top'))()
  await page.frame()
  expect(page.auctions).toEqual([])
  expect(page.exposures.auction).not.toHaveBeenCalled()
})

test('a failed auction is not the last one of a slot that is sold again', async () => {
  const page = createPage({ refreshAfterMs: 30_000 })
  page.tokenStore.start(available('A'))
  const sell = page.auctioneer.auction
  page.auctioneer.auction = () => Promise.reject(new Error('offline'))
  page.slots.mount(slot('top'))
  await page.frame()
  page.auctioneer.auction = sell
  page.seen.splice(0)[0]?.run()
  await page.frame()
  expect(page.auctions).toHaveLength(1)
})

test('a slot due to be sold again when its token is cleared is sold once (P8, S1)', async () => {
  const page = createPage({ refreshAfterMs: 30_000 })
  page.tokenStore.start(available('A'))
  const top = slot('top')
  page.slots.mount(top)
  await page.frame()
  page.seen.splice(0)[0]?.run()
  page.tokenStore.clear('signed_out')
  await page.frame()
  expect(page.auctions.map(({ codes, token }) => [codes, token])).toEqual([
    [['top'], 'A'],
    [['top'], null],
  ])
  expect(top.list).toEqual(['top', '-', 'top'])
})
