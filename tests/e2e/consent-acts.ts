import type { BrowserContext, Page } from '@playwright/test'
import { type Decision, inUs, noGdpr, pingDataOf, tcDataOf } from '#tests/support/cmp.ts'

/** A TC string with every consent that is needed. */
export const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'

/** Decisions under which UID2 gives no token, with the reason. */
export const refusals: Record<string, { decision: Decision; reason: 'gdpr' | 'consent' }> = {
  'GDPR applies, with every consent': { decision: { tcf: tcDataOf(sufficient) }, reason: 'gdpr' },
  'an opt-out from sale in the national section': {
    decision: inUs('usnat', { SaleOptOut: 1 }),
    reason: 'consent',
  },
  'an opt-out in California': { decision: inUs('usca', { SaleOptOut: 1 }), reason: 'consent' },
  'an opt-out in Texas, which Prebid itself does not know': {
    decision: inUs('ustx', { TargetedAdvertisingOptOut: 1 }),
    reason: 'consent',
  },
  'an opt-out in Maryland, whose section has another form': {
    decision: inUs('usmd', { SaleOptOut: 1 }),
    reason: 'consent',
  },
  'GPC inside a section': { decision: inUs('usnat', { Gpc: true }), reason: 'consent' },
}

/** Decisions under which the token may be used. */
export const passes: Record<string, Decision> = {
  'GDPR does not apply': { tcf: noGdpr },
  'no opt-out in the national section': inUs('usnat'),
  'no opt-out in California': inUs('usca'),
  'no opt-out in Texas': inUs('ustx'),
  'no opt-out in Maryland': inUs('usmd'),
  'no section that applies': {
    gpp: { ...pingDataOf('usnat', { SaleOptOut: 1 }), applicableSections: [-1] },
  },
  'a GPP platform that never answers': { gpp: null },
}

/** The server never gets what pages send it: Prebid alone knows of a decision. */
export async function muteServer(context: BrowserContext): Promise<void> {
  const never = new Promise<void>(() => {})
  await context.route('**/api/identity', async (route) => {
    if (route.request().method() === 'POST') await never
    await route.fallback()
  })
}

export const prebidModules = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { pbjs: { installedModules: string[] } }).pbjs.installedModules)
