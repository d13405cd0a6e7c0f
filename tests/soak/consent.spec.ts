import { type Decision, installCmp } from '#tests/support/cmp.ts'
import { articles, eidsOf, expectAds, identityOf, readNext, statusLine, tokenInPrebid } from '../e2e/acts.ts'
import { muteServer, passes, refusals } from '../e2e/consent-acts.ts'
import { expect, test } from '../e2e/fixtures.ts'

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
