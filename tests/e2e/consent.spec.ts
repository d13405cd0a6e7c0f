import type { BrowserContext, Page } from '@playwright/test'
import {
  type Decision,
  decide,
  installCmp,
  inUs,
  noGdpr,
  pingDataOf,
  type TcData,
  tcDataOf,
} from '#tests/support/cmp.ts'
import { usSections } from '#tests/support/gpp.ts'
import { startSite } from '#tests/support/site.ts'
import {
  articles,
  choose,
  eidsOf,
  expectAds,
  holdPosts,
  identityOf,
  readNext,
  signInAndConsent,
  signInByApi,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'
const withoutPurpose1 = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'

const refusals: Array<[what: string, decision: Decision, reason: 'gdpr' | 'consent']> = [
  ['GDPR applies, whatever the reader consents to', { tcf: tcDataOf(sufficient) }, 'gdpr'],
  ['an opt-out from sale in the national section', inUs('usnat', { SaleOptOut: 1 }), 'consent'],
  ['an opt-out in California', inUs('usca', { SaleOptOut: 1 }), 'consent'],
  [
    'one in Texas, which Prebid does not know by itself',
    inUs('ustx', { TargetedAdvertisingOptOut: 1 }),
    'consent',
  ],
  ['one in Maryland, whose section has another form', inUs('usmd', { SaleOptOut: 1 }), 'consent'],
  ['GPC inside a section', inUs('usnat', { Gpc: true }), 'consent'],
]

const passes: Array<[what: string, decision: Decision]> = [
  ['GDPR does not apply', { tcf: noGdpr }],
  ['no objection in the national section', inUs('usnat')],
  ['none in California', inUs('usca')],
  ['none in Texas', inUs('ustx')],
  ['none in Maryland', inUs('usmd')],
  [
    'no section that applies',
    { gpp: { ...pingDataOf('usnat', { SaleOptOut: 1 }), applicableSections: [-1] } },
  ],
  ['a GPP platform that never answers', { gpp: null }],
]

const first = `/articles/${articles.first}`

test.describe('the server hears of it', () => {
  for (const [what, decision, reason] of refusals)
    test(`U9, K6: ${what}: no token, and no eid`, async ({ page, context, watch, email }) => {
      await signInAndConsent(context, { email })
      await installCmp(context, decision)
      await page.goto(first)
      await expect(statusLine(page, 'unsupported')).toBeVisible()
      expect(await identityOf(context)).toMatchObject({ status: 'unsupported', reason })
      await expectAds(page, 'none')
      await readNext(page)
      await expectAds(page, 'none')
      expect(watch.auctions.map(({ eids }) => eids)).toEqual(watch.auctions.map(() => undefined))
      expect(await tokenInPrebid(page)).toBeNull()
      // It is no opt-out of theirs, so the identifiers of others are left alone.
      expect(await page.evaluate(() => localStorage.getItem('_pbjs_id_optout'))).toBeNull()
      expect(watch.count('POST', '/api/identity')).toBe(1)
    })

  for (const [what, decision] of passes)
    test(`K6: ${what}: the token goes out`, async ({ page, context, watch, email }) => {
      const { advertisingToken } = await signInAndConsent(context, { email })
      await installCmp(context, decision)
      await page.goto(first)
      await expectAds(page, 'readable')
      expect(watch.auctions.map(({ eids }) => eids)).toEqual([eidsOf(advertisingToken)])
      await readNext(page)
      await expectAds(page, 'readable')
      // A platform that never answers has nothing to tell.
      expect(watch.count('POST', '/api/identity')).toBe(decision.gpp === null ? 0 : 1)
    })

  test('P2, K6: without a platform nothing is posted, and Prebid loads nothing for it', async ({
    page,
    context,
    watch,
    email,
  }) => {
    await signInAndConsent(context, { email })
    await page.goto(first)
    await expectAds(page, 'readable')
    expect(watch.count('POST', '/api/identity')).toBe(0)
    expect((await installedModules(page)).filter((name) => /consent|tcf|gpp|allow/i.test(name))).toEqual([])
  })
})

test.describe('the server does not hear of it', () => {
  const never = new Promise<void>(() => {})
  const muteServer = (context: BrowserContext) =>
    context.route('**/api/identity', async (route) => {
      if (route.request().method() === 'POST') await never
      await route.fallback()
    })

  const unanswered: Array<[string, Decision]> = [['a TCF platform that never answers', { tcf: null }]]
  for (const [what, decision] of [...refusals, ...unanswered])
    test(`P2, K6: ${what}: Prebid itself keeps the token back`, async ({ page, context, watch, email }) => {
      await signInAndConsent(context, { email })
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

  for (const [what, decision] of passes)
    test(`P2, K6: ${what}: Prebid lets it pass`, async ({ page, context, watch, email }) => {
      const { advertisingToken } = await signInAndConsent(context, { email })
      await muteServer(context)
      await installCmp(context, decision)
      await page.goto(first)
      await expectAds(page, 'readable')
      expect(watch.auctions.map(({ eids }) => eids)).toEqual([eidsOf(advertisingToken)])
    })

  test('P2, K6: in Prebid every US section counts, whatever token it was given, and at once', async ({
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

  test('P2: a platform that answers late is heard by the next auction', async ({
    page,
    context,
    watch,
    email,
  }) => {
    const { advertisingToken } = await signInAndConsent(context, { email })
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
})

const installedModules = (page: Page) =>
  page.evaluate(() => (window as unknown as { pbjs: { installedModules: string[] } }).pbjs.installedModules)

test.describe('EUID', () => {
  const euidAfter = async (context: BrowserContext, page: Page, email: string, tcf: TcData) => {
    await signInByApi(context, { email })
    // Without a platform nobody has said what EUID needs to hear.
    expect(await choose(context, 'granted')).toMatchObject({ status: 'unsupported', reason: 'consent' })
    await installCmp(context, { tcf })
    await page.goto(first)
  }

  test('U9, K6, P2: goes out with the consent that it needs, and not without, by either fence', async ({
    newBrowser,
    watch,
    email,
  }) => {
    const euid = await startSite({ env: { UID2_PRODUCT: 'euid' } })
    try {
      const consenting = await newBrowser({ baseURL: euid.origin })
      const page = await consenting.newPage()
      await euidAfter(consenting, page, email, tcDataOf(sufficient))
      await expect(statusLine(page, 'available')).toBeVisible()
      await readNext(page)
      await expectAds(page, 'readable')
      expect(watch.auctions.at(-1)?.eids).toMatchObject([{ source: 'euid.eu' }])

      // The server goes on giving the token, as it has not heard of the change.
      const storageState = await consenting.storageState()
      const fenced = await newBrowser({
        baseURL: euid.origin,
        storageState: { ...storageState, origins: [] },
      })
      const second = await fenced.newPage()
      await holdPosts(second, '/api/identity')
      await installCmp(fenced, { tcf: tcDataOf(withoutPurpose1) })
      await second.goto(first)
      await expect(statusLine(second, 'available')).toBeVisible()
      await expectAds(second, 'none')
      expect(watch.auctions.at(-1)?.eids).toBeUndefined()

      const refusing = await newBrowser({ baseURL: euid.origin })
      const third = await refusing.newPage()
      await euidAfter(refusing, third, `no-${email}`, tcDataOf(withoutPurpose1))
      await expect.poll(() => watch.count('POST', '/api/identity')).toBe(3)
      await expect(statusLine(third, 'unsupported')).toBeVisible()
      await readNext(third)
      await expectAds(third, 'none')
      expect(watch.auctions.at(-1)?.eids).toBeUndefined()
    } finally {
      await euid.stop()
    }
  })
})
