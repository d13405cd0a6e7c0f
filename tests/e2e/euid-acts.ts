import type { BrowserContext, Page } from '@playwright/test'
import { installCmp, tcDataOf } from '#tests/support/cmp.ts'
import type { PageWatch } from '#tests/support/page-watch.ts'
import { choose, signInByApi, signOutByApi, statusLine } from './acts.ts'
import {
  allKept,
  type Channel,
  holdRefreshes,
  identifiersIn,
  lookAgain,
  openPattern,
  requestsSince,
  signalsKept,
  storageOf,
} from './channel-acts.ts'
import { sufficient } from './consent-acts.ts'
import { expect, type SandboxOperator } from './fixtures.ts'

interface Scene {
  page: Page
  context: BrowserContext
  operator: SandboxOperator
  watch: PageWatch
  email: string
}

export const euidSettings = ({ handoff }: Channel) => ({
  UID2_PRODUCT: 'euid',
  ...(handoff === 'client' && { UID2_HANDOFF: 'client' }),
})

/** The channel sends an EUID with its own source, provider, globals and modules, and loses it at a sign-out. */
export async function expectEuid(channel: Channel, scene: Scene): Promise<void> {
  const { page, context, operator, watch, email } = scene
  const inBrowser = channel.handoff === 'client'
  await operator.set({ lifetimes: { refreshFromMs: inBrowser ? 1 : 900_000 } })
  await signInByApi(context, { email })
  const identity = await choose(context, 'granted', { tcf: sufficient, gdprApplies: true })
  if (identity.status !== 'available') throw new Error(identity.status)
  expect(identity.source).toBe('euid.eu')
  // Prebid's own EUID module needs a platform that says that GDPR applies, and a consent.
  if (channel.slug === 'prebid-refresh') await installCmp(context, { tcf: tcDataOf(sufficient) })
  const release = await holdRefreshes(page)
  await openPattern(page, channel)
  const auctions = await requestsSince(watch, 0, channel)
  expect(identifiersIn(auctions)).toEqual([`euid.eu ${identity.advertisingToken}`])
  if (channel.google) {
    expect(await signalsKept(page)).toEqual(['_GESPSK-euid.eu'])
    expect(auctions.find(({ gam }) => gam)?.gam).toMatchObject({ targeting: { euid_present: ['y'] } })
  }
  release()
  if (inBrowser) {
    await expect(page.locator('.events')).toContainText('refreshed')
    expect(await storageOf(page)).toContain(channel.keeps.euid)
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 1 })
  }
  await signOutByApi(context)
  const before = watch.auctions.length
  await lookAgain(page)
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  expect(identifiersIn(await requestsSince(watch, before, channel))).toEqual([])
  expect(await signalsKept(page)).toEqual([])
  for (const name of allKept) await expect.poll(() => storageOf(page)).not.toContain(name)
}
