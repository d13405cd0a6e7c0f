import { type Site, startSite } from '#tests/support/site.ts'
import { identityOf, signInAndConsent, statusLine } from './acts.ts'
import {
  allKept,
  awayAndBack,
  type Channel,
  channels,
  identifiersIn,
  lookAgain,
  openPattern,
  requestsSince,
  signalsKept,
  signOutElsewhere,
  storageOf,
  tokenOfPage,
} from './channel-acts.ts'
import { expect, sandboxOperator, test } from './fixtures.ts'

/** Due soon, so that a refresh comes about on the open page; and good for long. */
const dueSoon = { identityMs: 3_600_000, refreshFromMs: 4_000, refreshMs: 86_400_000 }

let client: Site
test.beforeAll(async () => {
  client = await startSite({ env: { UID2_HANDOFF: 'client' } })
})
test.afterAll(() => client.stop())

for (const channel of channels)
  test(`${channel.slug}: gets the token, the newer one, and loses it (${pitfallsOf(channel)})`, async ({
    site,
    newBrowser,
    watch,
    email,
  }) => {
    const at = channel.handoff === 'client' ? client : site
    const operator = sandboxOperator(at)
    await operator.set({ lifetimes: dueSoon })
    const context = await newBrowser({ baseURL: at.origin })
    const page = await context.newPage()
    const { advertisingToken: first } = await signInAndConsent(context, { email })

    await test.step('available: every ad request of the page carries it, and nothing else', async () => {
      await openPattern(page, channel)
      expect(identifiersIn(await requestsSince(watch, 0, channel))).toEqual([`uidapi.com ${first}`])
      expect(watch.auctions).toHaveLength(channel.requests)
      if (channel.google) {
        expect(await signalsKept(page)).toEqual(['_GESPSK-uidapi.com'])
        expect(await page.evaluate(safeFrameOfTag)).toEqual({ safeFrame: { forceSafeFrame: true } })
      }
      if (channel.keeps.uid2) expect(await storageOf(page)).toContain(channel.keeps.uid2)
    })

    const second =
      await test.step('refreshed on the open page: the next requests carry the newer one', async () => {
        await operator.set({})
        await expect(page.locator('.events')).toContainText('refreshed', { timeout: 20_000 })
        const refreshed = await page.evaluate(tokenOfPage)
        expect(refreshed).not.toBe(first)
        expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 1 })
        const byBrowser = watch.count('POST', '/sandbox/operator/v2/token/refresh')
        expect(byBrowser).toBe(channel.handoff === 'client' ? 1 : 0)
        await awayAndBack(page)
        const ofPattern = watch.auctions
          .filter(({ slots }) => slots.includes('pattern-top'))
          .slice(channel.requests)
        expect(ofPattern).toHaveLength(channel.requests)
        const carried = identifiersIn(ofPattern)
        // Google's tag keeps the first one, which is still good; whoever asked anew has the second alone.
        expect(carried.filter((each) => each !== `uidapi.com ${first}`)).toEqual(
          channel.requests === 1 && channel.google ? [] : [`uidapi.com ${refreshed}`],
        )
        if (!channel.google) expect(carried).toEqual([`uidapi.com ${refreshed}`])
        return refreshed ?? ''
      })

    await test.step('cleared: the ads bought with it go, and no byte of it leaves the browser again', async () => {
      await signOutElsewhere(context)
      const [auctions, requests] = [watch.auctions.length, watch.requests.length]
      await lookAgain(page)
      await expect(statusLine(page, 'signed_out')).toBeVisible()
      await requestsSince(watch, auctions, channel)
      await awayAndBack(page)
      expect(identifiersIn(watch.auctions.slice(auctions))).toEqual([])
      for (const token of [first, second]) {
        expect(await watch.carrying(token, requests)).toEqual([])
        expect(await storageOf(page)).not.toContain(token)
      }
      expect(await signalsKept(page)).toEqual([])
      for (const name of allKept) expect(await storageOf(page)).not.toContain(name)
    })
    expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
  })

function pitfallsOf({ google, handoff }: Channel): string {
  if (google) return 'G1, G2, G9'
  return handoff === 'client' ? 'U1, S1' : 'P3, P9'
}

function safeFrameOfTag(): unknown {
  return (window as unknown as { googletag: { getConfig(key: string): unknown } }).googletag.getConfig(
    'safeFrame',
  )
}
