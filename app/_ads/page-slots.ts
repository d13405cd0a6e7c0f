import { pageSlots } from '#lib/ads/page-stack.ts'
import type { Slots } from '#lib/ads/slots/slots.ts'
import { type AdSetupName, adSettings, adSetups } from './ad-config.ts'

/** The slots of this page, sold in the ways of this setup. Rejects when the site is out of reach. */
export const slotsOf = (name: AdSetupName): Promise<Slots> =>
  pageSlots({ name, ...adSetups[name] }, adSettings)
