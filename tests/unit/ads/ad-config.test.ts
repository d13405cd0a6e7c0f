import { expect, test } from 'vitest'
import { type AdSetup, adSetups } from '#lib/ads/ad-config.ts'

const each = Object.entries<AdSetup>(adSetups)

test.each(each)('%s: a setup that leaves refreshing to Prebid has it on the page', (_name, setup) => {
  if (setup.refresher === 'prebid') expect(setup.bidders).not.toBeNull()
})

test.each(each)('%s: who gives secure signals is there to give them (G3)', (_name, setup) => {
  if (setup.secureSignals !== null) expect(setup.gpt).not.toBeNull()
  if (setup.secureSignals === 'prebid') expect(setup.bidders).not.toBeNull()
})
