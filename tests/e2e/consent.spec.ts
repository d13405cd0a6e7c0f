import { decide, installCmp, inUs, noGdpr, tcDataOf } from '#tests/support/cmp.ts'
import { usSections } from '#tests/support/gpp.ts'
import { articles, eidsOf, expectAds, identityOf, readNext, statusLine, tokenInPrebid } from './acts.ts'
import { muteServer, prebidModules, sufficient } from './consent-acts.ts'
import { expect, test } from './fixtures.ts'

// Each decision, with and without the server: tests/soak/consent.spec.ts. The rules: tests/unit/ads/consent-rule.test.ts.
const first = `/articles/${articles.first}`

test('the server is told once that GDPR applies, and neither page nor Prebid has a token (U9, K6)', async ({
  page,
  context,
  watch,
  reader: _,
}) => {
  await installCmp(context, { tcf: tcDataOf(sufficient) })
  await page.goto(first)
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'unsupported', reason: 'gdpr' })
  await expectAds(page, 'none')
  await readNext(page)
  await expectAds(page, 'none')
  expect(watch.auctions.map(({ eids }) => eids)).toEqual([undefined, undefined])
  expect(await tokenInPrebid(page)).toBeNull()
  // It is no opt-out: Prebid may use other companies' identifiers.
  expect(await page.evaluate(() => localStorage.getItem('_pbjs_id_optout'))).toBeNull()
  expect(watch.count('POST', '/api/identity')).toBe(1)
})

test('without a consent platform nothing is posted, and Prebid loads no consent module (P2, K6)', async ({
  page,
  watch,
  reader: _,
}) => {
  await page.goto(first)
  await expectAds(page, 'readable')
  expect(watch.count('POST', '/api/identity')).toBe(0)
  expect((await prebidModules(page)).filter((name) => /consent|tcf|gpp|allow/i.test(name))).toEqual([])
})

test('where the server does not hear that GDPR applies, Prebid itself holds the token back (P2, K6)', async ({
  page,
  context,
  watch,
  reader: _,
}) => {
  await muteServer(context)
  await installCmp(context, { tcf: tcDataOf(sufficient) })
  await page.goto(first)
  await expectAds(page, 'none')
  await expect(statusLine(page, 'available')).toBeVisible()
  await readNext(page)
  await expectAds(page, 'none')
  expect(watch.auctions.map(({ eids }) => eids)).toEqual([undefined, undefined])
  expect(await tokenInPrebid(page)).toBeNull()
})

test('in Prebid every US section counts at once, whatever token it was given (P2, K6)', async ({
  page,
  context,
}) => {
  await installCmp(context, inUs('usnat'))
  await page.goto(first)
  await expectAds(page, 'none')
  await page.evaluate(async () => {
    const { pbjs } = window as unknown as { pbjs: typeof import('prebid.js').default }
    pbjs.setConfig({ userSync: { userIds: [{ name: 'uid2', value: { uid2: { id: 'somebody' } } }] } })
    await pbjs.refreshUserIds()
  })
  const read: Record<string, unknown[]> = {}
  for (const [, section] of usSections) {
    read[section] = []
    for (const fields of [{}, { SaleOptOut: 1 }]) {
      await decide(page, inUs(section, fields))
      read[section].push(await tokenInPrebid(page))
    }
  }
  expect(read).toEqual(Object.fromEntries(usSections.map(([, section]) => [section, ['somebody', null]])))
})

test('a TCF platform that is silent holds the token back until it answers, for the next auction (P2)', async ({
  page,
  context,
  watch,
  reader: { advertisingToken },
}) => {
  await muteServer(context)
  await installCmp(context, { tcf: null })
  await page.goto(first)
  await expectAds(page, 'none')
  await decide(page, { tcf: noGdpr })
  await expect.poll(() => tokenInPrebid(page)).toBe(advertisingToken)
  await readNext(page)
  await expectAds(page, 'readable')
  expect(watch.auctions.map(({ eids }) => eids)).toEqual([undefined, eidsOf(advertisingToken)])
})
