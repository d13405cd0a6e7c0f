import { pageWithoutAds } from '../support/publication.ts'
import { holdPosts, identityOf, signInAndConsent, signOutByApi, statusLine } from './acts.ts'
import {
  allKept,
  channels,
  holdRefreshes,
  identifiersIn,
  lookAgain,
  openPattern,
  requestsSince,
  signalsKept,
  storageOf,
  tokenOfPage,
} from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

// tests/soak/channels.spec.ts has every channel in every state.

for (const channel of channels) {
  const { slug, handoff } = channel
  test.describe(() => {
    test.use({ settings: handoff === 'client' ? { UID2_HANDOFF: 'client' } : {} })

    test(`${slug}: every ad request carries the token alone, and nothing of it is left after a sign-out (P3, P9, S1, G1, G9)`, async ({
      page,
      context,
      watch,
      reader: { advertisingToken: token },
    }) => {
      await openPattern(page, channel)
      expect(identifiersIn(await requestsSince(watch, 0, channel))).toEqual([`uidapi.com ${token}`])
      expect(watch.auctions).toHaveLength(channel.requests)
      if (channel.google) {
        expect(await signalsKept(page)).toEqual(['_GESPSK-uidapi.com'])
        expect(await page.evaluate(safeFrameOfTag)).toEqual({ safeFrame: { forceSafeFrame: true } })
      }
      if (channel.keeps.uid2) await expect.poll(() => storageOf(page)).toContain(channel.keeps.uid2)

      await signOutByApi(context)
      const [auctions, requests] = [watch.auctions.length, watch.requests.length]
      await lookAgain(page)
      await expect(statusLine(page, 'signed_out')).toBeVisible()
      expect(identifiersIn(await requestsSince(watch, auctions, channel))).toEqual([])
      expect(await watch.carrying(token, requests)).toEqual([])
      expect(await signalsKept(page)).toEqual([])
      for (const kept of [token, ...allKept]) await expect.poll(() => storageOf(page)).not.toContain(kept)
      expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
    })

    if (handoff === 'client')
      test(`${slug}: the browser refreshes the token once, later pages have the new one, and a page without ads removes it (P10b, P11b, S12)`, async ({
        page,
        context,
        operator,
        watch,
        email,
      }) => {
        await operator.set({ lifetimes: { refreshFromMs: 1 } })
        const { advertisingToken: first } = await signInAndConsent(context, { email })
        await operator.set({})
        const release = await holdRefreshes(page)
        await openPattern(page, channel)
        expect(identifiersIn(await requestsSince(watch, 0, channel))).toEqual([`uidapi.com ${first}`])
        release()
        await expect(page.locator('.events')).toContainText('refreshed')
        const refreshed = await page.evaluate(tokenOfPage)
        expect(refreshed).not.toBe(first)

        const auctions = watch.auctions.length
        await page.reload()
        await expect.poll(() => page.evaluate(tokenOfPage)).toBe(refreshed)
        expect(identifiersIn(await requestsSince(watch, auctions, channel))).toEqual([
          `uidapi.com ${refreshed}`,
        ])
        expect(watch.count('POST', '/sandbox/operator/v2/token/refresh')).toBe(1)
        expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })

        await page.goto(pageWithoutAds)
        await expect(statusLine(page, 'unsupported')).toBeVisible()
        for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
      })
  })
}

test('several: after a refresh by the server the next ad requests carry the new token (P10b, G1)', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  const several = channels.find(({ slug }) => slug === 'several') as (typeof channels)[number]
  // Not due when the page is requested: its request would start the refresh.
  await operator.set({ lifetimes: { refreshFromMs: 2_000 } })
  const { advertisingToken: first } = await signInAndConsent(context, { email })
  await operator.set({})
  const release = await holdPosts(page, '/api/identity')
  await openPattern(page, several)
  expect(identifiersIn(await requestsSince(watch, 0, several))).toEqual([`uidapi.com ${first}`])
  await release()
  await expect(page.locator('.events')).toContainText('refreshed')
  const refreshed = await page.evaluate(tokenOfPage)
  expect(refreshed).not.toBe(first)
  const auctions = watch.auctions.length
  await page.reload()
  // Google's tag has cached the first one, which is still valid.
  expect(identifiersIn(await requestsSince(watch, auctions, several)).sort()).toEqual(
    [`uidapi.com ${first}`, `uidapi.com ${refreshed}`].sort(),
  )
  expect(watch.count('POST', '/sandbox/operator/v2/token/refresh')).toBe(0)
  expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
})

function safeFrameOfTag(): unknown {
  return (window as unknown as { googletag: { getConfig(key: string): unknown } }).googletag.getConfig(
    'safeFrame',
  )
}
