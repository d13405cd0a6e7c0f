import type { BrowserContext, Page } from '@playwright/test'
import type { PageWatch } from '#tests/support/page-watch.ts'
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
import { expect, type SandboxOperator } from './fixtures.ts'

interface Scene {
  page: Page
  context: BrowserContext
  operator: SandboxOperator
  watch: PageWatch
  email: string
}

/** Never due before it ends, so that the page sees its end. */
const short = { identityMs: 5_000, refreshFromMs: 5_000, refreshMs: 86_400_000 }

/** The token ends on an open page of a browser whose clock is wrong by so many milliseconds. */
export async function expectReplacedAtItsEnd(
  { page, context, operator, watch, email }: Scene,
  shift: number,
): Promise<void> {
  await setClock(page, shift)
  await operator.set({ lifetimes: short })
  const { identityExpires, advertisingToken: first } = await signInAndConsent(context, { email })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  expect(watch.auctions[0]?.eids).toEqual(eidsOf(first))

  const release = await holdPosts(page, '/api/identity')
  await operator.set({})
  await expect.poll(() => tokenInPrebid(page)).toBeNull()
  await expect(statusLine(page, 'refreshing')).toBeVisible()
  const ended = watch.requests.length
  // The page drops the token before the server does: earlier by the time of its load.
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
  expect(await watch.carrying(first, ended)).toEqual([])
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
}

/** Shifts the wall clock alone; the monotonic one stays. */
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
