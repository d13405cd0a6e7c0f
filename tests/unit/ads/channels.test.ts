import { expect, test } from 'vitest'
import { type Plan, plans } from '#lib/ads/channels.ts'

const each = Object.entries<Plan>(plans)

test.each(each)('%s: a plan that leaves refreshing to Prebid has it on the page', (_name, plan) => {
  if (plan.refresher === 'prebid') expect(plan.bidders).not.toBeNull()
})

test.each(each)('%s: who gives secure signals is there to give them (G3)', (_name, plan) => {
  if (plan.secureSignals !== null) expect(plan.gpt).not.toBeNull()
  if (plan.secureSignals === 'prebid') expect(plan.bidders).not.toBeNull()
})
