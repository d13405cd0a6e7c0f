import { vi } from 'vitest'
import type { Auctioneer, Winner } from '#lib/ads/slots/auctioneer.ts'
import type { View } from '#lib/ads/slots/in-view.ts'
import { createSlots, type Slot } from '#lib/ads/slots/slots.ts'
import type { PublicIdentity } from '#lib/identity/public-identity.ts'
import { createBrowserStub, settle } from './browser-stub.ts'

/** A page with slots, and an ad stack that sells every slot. */
export function createPage({
  hold = false,
  far = false,
  refreshAfterMs = null as number | null,
  /** The page's identity before there are slots. */
  tokenFirst = null as PublicIdentity | null,
} = {}) {
  const page = createBrowserStub()
  if (tokenFirst) page.tokenStore.start(tokenFirst)
  const frames: Array<() => void> = []
  const auctions: Array<{ codes: string[]; token: string | null }> = []
  const applied: unknown[] = []
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
      applied.push(next)
    },
    async auction(units) {
      auctions.push({ codes: units.map(({ code }) => code), token })
      if (hold) await new Promise<void>((resolve) => held.push(resolve))
      const withToken = auctions.at(-1)?.token !== null
      return { winners: new Map(units.map(({ code }) => [code, winner(code)])), withToken }
    },
    release: vi.fn(),
  }
  const afterAuction = vi.spyOn(page.tokenStore, 'afterAuction')
  const slots = createSlots({
    tokenStore: page.tokenStore,
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
    tokenStore: page.tokenStore,
    requests: page.requests,
    advance: page.advance,
    slots,
    auctions,
    applied,
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

/** Its ad puts the name into the slot's list. */
export function winner(name: string): Winner {
  const show = (place: HTMLElement) => void (place as unknown as string[]).push(name)
  return { token: 'readable', cpm: 2, show }
}

export function slot(id: string): Slot & { list: string[] } {
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
