import { installCmp, tcDataOf } from '#tests/support/cmp.ts'
import { articles, choose, expectAds, holdPosts, signInByApi, statusLine } from './acts.ts'
import { channelOf } from './channel-acts.ts'
import { sufficient } from './consent-acts.ts'
import { euidSettings, expectEuid } from './euid-acts.ts'
import { expect, test } from './fixtures.ts'

/** Without consent to purpose 1. */
const insufficient = 'CPehXK9PehXK9ABAMBFRACBoADAAAEJAAIYgAKwAQAKgArABAAqAAA'
const first = `/articles/${articles.first}`

test.use({ settings: { UID2_PRODUCT: 'euid' } })

test('an EUID goes out with the consent that it needs, and not without, whether the server knows of it or Prebid alone (U9, K6, P2)', async ({
  newBrowser,
  watch,
  email,
}) => {
  const consenting = await newBrowser()
  await signInByApi(consenting, { email })
  // Without a consent platform it is not known whether EUID is allowed.
  expect(await choose(consenting, 'granted')).toMatchObject({ status: 'unsupported', reason: 'consent' })
  await installCmp(consenting, { tcf: tcDataOf(sufficient) })
  const page = await consenting.newPage()
  await page.goto(first)
  await expect(statusLine(page, 'available')).toBeVisible()
  await page.goto(first)
  await expectAds(page, 'readable')
  expect(watch.auctions.at(-1)?.eids).toMatchObject([{ source: 'euid.eu' }])

  // The server does not hear of the change and goes on giving the token.
  const { cookies } = await consenting.storageState()
  const unheard = await newBrowser({ storageState: { cookies, origins: [] } })
  await installCmp(unheard, { tcf: tcDataOf(insufficient) })
  const second = await unheard.newPage()
  await holdPosts(second, '/api/identity')
  const auctions = watch.auctions.length
  await second.goto(first)
  await expect(statusLine(second, 'available')).toBeVisible()
  await expectAds(second, 'none')
  expect(watch.auctions.slice(auctions).map(({ eids }) => eids)).toEqual([undefined])

  const refusing = await newBrowser()
  await signInByApi(refusing, { email: `no-${email}` })
  await choose(refusing, 'granted')
  await installCmp(refusing, { tcf: tcDataOf(insufficient) })
  const third = await refusing.newPage()
  const told = third.waitForResponse(
    (response) => response.request().method() === 'POST' && response.url().endsWith('/api/identity'),
  )
  await third.goto(first)
  await told
  await expect(statusLine(third, 'unsupported')).toBeVisible()
  await expectAds(third, 'none')
  expect(watch.auctions.at(-1)?.eids).toBeUndefined()
})

test('on a page without a consent platform Prebid sends an EUID with the consent that the server knows (P19)', async ({
  page,
  context,
  watch,
  email,
  baseURL,
}) => {
  await context.addCookies([{ name: 'euconsent-v2', value: sufficient, url: baseURL ?? '' }])
  await signInByApi(context, { email })
  const given = await choose(context, 'granted')
  if (given.status !== 'available') throw new Error(given.status)
  expect(given.consent).toEqual({ tcf: sufficient })
  await page.goto(first)
  await expectAds(page, 'readable')
  const [{ body, eids } = { body: '{}', eids: [] }] = watch.auctions
  expect(eids).toMatchObject([{ source: 'euid.eu', uids: [{ id: given.advertisingToken }] }])
  const { user } = JSON.parse(body)
  expect(user.consent ?? user.ext?.consent).toBe(sufficient)
})

// The other channels: tests/soak/euid.spec.ts.
for (const slug of ['several', 'prebid-refresh']) {
  const channel = channelOf(slug)
  test.describe(() => {
    test.use({ settings: euidSettings(channel) })

    test(`${slug}: an EUID has its own source, provider, globals and modules`, ({
      page,
      context,
      operator,
      watch,
      email,
    }) => expectEuid(channel, { page, context, operator, watch, email }))
  })
}
