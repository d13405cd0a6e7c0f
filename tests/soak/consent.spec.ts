import { type Decision, installCmp, inUs, noGdpr, pingDataOf, tcDataOf } from '#tests/support/cmp.ts'
import { articles, eidsOf, expectAds, identityOf, readNext, statusLine, tokenInPrebid } from '../e2e/acts.ts'
import { muteServer, sufficient } from '../e2e/consent-acts.ts'
import { expect, test } from '../e2e/fixtures.ts'

/** Decisions under which UID2 gives no token, with the reason. */
const refusals: Record<string, { decision: Decision; reason: 'gdpr' | 'consent' }> = {
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
const passes: Record<string, Decision> = {
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

const first = `/articles/${articles.first}`

for (const [what, { decision, reason }] of Object.entries(refusals))
  test(`${what} is sent to the server: no token, and no eid (U9, K6)`, async ({
    page,
    context,
    watch,
    reader: _,
  }) => {
    await installCmp(context, decision)
    await page.goto(first)
    await expect(statusLine(page, 'unsupported')).toBeVisible()
    expect(await identityOf(context)).toMatchObject({ status: 'unsupported', reason })
    await expectAds(page, 'none')
    await readNext(page)
    await expectAds(page, 'none')
    expect(watch.auctions.map(({ eids }) => eids)).toEqual([undefined, undefined])
    expect(await tokenInPrebid(page)).toBeNull()
    expect(watch.count('POST', '/api/identity')).toBe(1)
  })

for (const [what, decision] of Object.entries(passes))
  test(`with ${what} the token is sent (K6)`, async ({
    page,
    context,
    watch,
    reader: { advertisingToken },
  }) => {
    await installCmp(context, decision)
    await page.goto(first)
    await expectAds(page, 'readable')
    expect(watch.auctions.map(({ eids }) => eids)).toEqual([eidsOf(advertisingToken)])
    await readNext(page)
    await expectAds(page, 'readable')
    // A platform that never answers has no signals to send.
    expect(watch.count('POST', '/api/identity')).toBe(decision.gpp === null ? 0 : 1)
  })

const silent: [string, Decision][] = [['a TCF platform that never answers', { tcf: null }]]
const heldBack = Object.entries(refusals).map(([what, { decision }]): [string, Decision] => [what, decision])
for (const [what, decision] of [...heldBack, ...silent])
  test(`${what} is not sent to the server: Prebid itself withholds the token (P2, K6)`, async ({
    page,
    context,
    watch,
    reader: _,
  }) => {
    await muteServer(context)
    await installCmp(context, decision)
    await page.goto(first)
    await expectAds(page, 'none')
    await expect(statusLine(page, 'available')).toBeVisible()
    await readNext(page)
    await expectAds(page, 'none')
    expect(watch.auctions.map(({ eids }) => eids)).toEqual([undefined, undefined])
    expect(await tokenInPrebid(page)).toBeNull()
  })

for (const [what, decision] of Object.entries(passes))
  test(`${what} is not sent to the server: Prebid lets the token pass (P2, K6)`, async ({
    page,
    context,
    watch,
    reader: { advertisingToken },
  }) => {
    await muteServer(context)
    await installCmp(context, decision)
    await page.goto(first)
    await expectAds(page, 'readable')
    expect(watch.auctions.map(({ eids }) => eids)).toEqual([eidsOf(advertisingToken)])
  })
