import type { Page } from '@playwright/test'
import {
  articles,
  eidsOf,
  expectAds,
  holdPosts,
  identityOf,
  readNext,
  signInAndConsent,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

/** Never due before it ends, so that the end itself is what is seen. */
const short = { identityMs: 5_000, refreshFromMs: 5_000, refreshMs: 86_400_000 }

const days = [
  { clock: 'right', shift: 0 },
  { clock: 'a day slow', shift: -86_400_000 },
  { clock: 'a day fast', shift: 86_400_000 },
]

for (const { clock, shift } of days) {
  test(`U1: a token that ends on an open page leaves Prebid and is replaced; the browser’s clock is ${clock}`, async ({
    page,
    context,
    operator,
    watch,
    email,
  }) => {
    await setClock(page, shift)
    await operator.set({ lifetimes: short })
    const { identityExpires } = await signInAndConsent(context, { email })
    await page.goto(`/articles/${articles.first}`)
    await expectAds(page, 'readable')
    const first = await tokenInPrebid(page)
    expect(first).not.toBeNull()
    expect(watch.auctions[0]?.eids).toEqual(eidsOf(first ?? ''))

    const release = await holdPosts(page, '/api/identity')
    await operator.set({})
    await expect.poll(() => tokenInPrebid(page)).toBeNull()
    await expect(statusLine(page, 'refreshing')).toBeVisible()
    const ended = watch.requests.length
    // A page lets go of it earlier than the server, by as long as it took to load.
    await expect.poll(() => Date.now() > identityExpires).toBe(true)
    await release()
    await expect(statusLine(page, 'available')).toBeVisible()
    await expect.poll(() => tokenInPrebid(page)).not.toBeNull()
    const second = await tokenInPrebid(page)
    expect(await identityOf(context)).toMatchObject({ status: 'available', advertisingToken: second })

    await readNext(page)
    await expect.poll(() => watch.auctions.at(-1)?.eids).toEqual(eidsOf(second ?? ''))
    await expectAds(page, 'readable')
    expect(second).not.toBe(first)
    expect(await watch.carrying(first ?? '', ended)).toEqual([])
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
  })
}

test('U1: with the operator down a token that ends is gone, and later auctions have none', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await operator.set({ lifetimes: short })
  await signInAndConsent(context, { email })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  await operator.set({ faults: [{ on: 'all', status: 503 }] })
  await expect(statusLine(page, 'unavailable')).toContainText('No advertising ID right now')
  expect(await tokenInPrebid(page)).toBeNull()
  const later = watch.auctions.length
  await readNext(page)
  await expectAds(page, 'none')
  await page.goto('/')
  await expectAds(page, 'none')
  expect(watch.auctions.slice(later).map(({ eids }) => eids)).toEqual([undefined, undefined])
})

/** The wall clock alone; the monotonic one is the machine's own. */
async function setClock(page: Page, shift: number): Promise<void> {
  await page.addInitScript((ms) => {
    const real = Date
    globalThis.Date = new Proxy(real, {
      construct: (target, [first, ...rest], made) =>
        Reflect.construct(target, first === undefined ? [real.now() + ms] : [first, ...rest], made),
      get: (target, name) => (name === 'now' ? () => real.now() + ms : Reflect.get(target, name)),
    })
  }, shift)
}
