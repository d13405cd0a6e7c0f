import type { Page } from '@playwright/test'
import {
  articles,
  eidsOf,
  expectAds,
  giveConsent,
  identityOf,
  signOut,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

// Once per site: the ready-made reader must not have answered before.
test('the whole story: read, sign in, consent, get ads bought with the token, sign out (U12, U25, P9, U23)', async ({
  page,
  context,
  operator,
  watch,
}) => {
  await test.step('signed out, the front page shows ads without an identity', async () => {
    await page.goto('/')
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    await expectAds(page, 'none')
    expect(watch.auctions.map(({ eids }) => eids)).toEqual([undefined])
  })

  await test.step('a ready-made reader signs in with one click and is asked', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'An ordinary reader' }).click()
    await page.waitForURL('**/choice')
    await expect(statusLine(page, 'no_choice')).toBeVisible()
  })

  await test.step('before the consent the operator has not been called', async () => {
    await page.goto(`/articles/${articles.first}`)
    await expect(statusLine(page, 'no_choice')).toBeVisible()
    await expectAds(page, 'none')
    expect(await operator.calls()).toMatchObject({ generate: 0, refresh: 0 })
    await page.getByRole('link', { name: 'Choose' }).click()
  })

  await test.step('the consent makes one token (N8)', async () => {
    await giveConsent(page)
    await expect(statusLine(page, 'available')).toBeVisible()
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  })

  const identity = await identityOf(context)
  if (identity.status !== 'available') throw new Error(identity.status)
  const token = identity.advertisingToken

  await test.step('on a static article the first auction carries the token (P9)', async () => {
    const before = watch.auctions.length
    await page.goto(`/articles/${articles.first}`)
    await expect(statusLine(page, 'available')).toBeVisible()
    await expectAds(page, 'readable')
    expect(watch.auctions.slice(before)).toEqual([
      expect.objectContaining({ slots: ['article-end', 'article-side'], eids: eidsOf(token) }),
    ])
  })

  await test.step('the creative is in a sandboxed frame, and says what the buyer could read', async () => {
    const frame = page.locator('[data-ad-slot=article-side] iframe')
    await expect(frame).toHaveAttribute('sandbox', 'allow-scripts allow-popups')
    await expect(frame).toHaveAttribute('srcdoc', /<svg/)
    await expect(frame.contentFrame().getByText('Bought with your UID2')).toBeVisible()
  })

  await test.step('the dynamic article has the token inline and does not request it', async () => {
    const auctions = watch.auctions.length
    const asked = watch.count('GET', '/api/identity')
    const response = await page.goto(`/live/${articles.first}`)
    expect(await response?.text()).toContain(token)
    await expect(statusLine(page, 'available')).toBeVisible()
    await expectAds(page, 'readable')
    expect(watch.auctions.slice(auctions)).toEqual([expect.objectContaining({ eids: eidsOf(token) })])
    expect(watch.count('GET', '/api/identity')).toBe(asked)
  })

  await test.step('what another set-up left in the browser is not used, and nothing is stored (P1, P13)', async () => {
    await page.evaluate(() => {
      const left = { advertising_token: 'left', identity_expires: Date.now() + 60_000 }
      localStorage.setItem('__uid2_advertising_token', JSON.stringify({ latestToken: left }))
      // biome-ignore lint/suspicious/noDocumentCookie: as Prebid's module writes it.
      document.cookie = '__uid2_advertising_token=left; path=/'
    })
    const auctions = watch.auctions.length
    await page.reload()
    await expectAds(page, 'readable')
    expect(watch.auctions.slice(auctions)).toEqual([expect.objectContaining({ eids: eidsOf(token) })])
    expect(await keptBy(page)).toEqual(['', {}, {}])
  })

  await test.step('a sign-out leaves nothing in the browser (U23)', async () => {
    const auctions = watch.auctions.length
    const requests = watch.requests.length
    await signOut(page)
    await expectAds(page, 'none')
    // The cookie of the sandbox's exchange is another company's, and no script can read it.
    expect((await context.cookies()).map(({ name }) => name)).toEqual(['sandbox_exchange'])
    expect(await keptBy(page)).toEqual(['', {}, {}])
    expect(await tokenInPrebid(page)).toBeNull()
    expect(watch.auctions.slice(auctions).map(({ eids }) => eids)).toEqual([undefined])
    expect(await watch.carrying(token, requests)).toEqual([])
  })
})

/** What the browser stores and script can read. */
const keptBy = (page: Page) =>
  page.evaluate(() => [document.cookie, { ...localStorage }, { ...sessionStorage }])
