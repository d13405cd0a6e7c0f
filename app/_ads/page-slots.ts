import { pageSlots } from '#lib/ads/page-stack.ts'
import { importPrebid } from '#lib/ads/prebid/import-prebid.ts'
import { siteSettings } from '#lib/ads/site-settings.ts'
import type { Slots } from '#lib/ads/slots/slots.ts'
import { type AdSetupName, adSettings, adSetups } from './ad-config.ts'

/** The slots of this page, sold in the ways of this setup. Rejects when the site is out of reach. */
export function slotsOf(name: AdSetupName): Promise<Slots> {
  const setup = { name, ...adSetups[name] }
  // It takes longest, and is needed in any case.
  if (setup.bidders) importPrebid(siteSettings()).catch(() => {})
  return pageSlots(setup, adSettings)
}
