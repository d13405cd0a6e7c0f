import type { Page } from '@playwright/test'
import { freePort, type Site, startSite } from '#tests/support/site.ts'
import { type RunningOidcProvider, startOidcProvider } from '../../scripts/oidc/provider.ts'
import {
  articles,
  choose,
  eidsOf,
  expectAds,
  giveConsent,
  identityOf,
  signInAndConsent,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { violations } from './axe.ts'
import { test as base, expect } from './fixtures.ts'

// Readers sign in at a provider of another origin. Its other accounts: tests/integration/openid-connect.test.ts.
let running: ReturnType<typeof start> | undefined
async function start(): Promise<{ provider: RunningOidcProvider; site: Site }> {
  const port = await freePort()
  const provider = await startOidcProvider({
    redirectUris: [`http://localhost:${port}/api/auth/callback/oidc`],
  })
  return { provider, site: await startSite({ port, env: provider.env }) }
}
const once = () => {
  running ??= start()
  return running
}

const test = base.extend<{ provider: RunningOidcProvider }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright requires a pattern here.
  provider: async ({}, use) => use((await once()).provider),
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  site: async ({}, use) => use((await once()).site),
})
test.afterAll(async () => {
  const { provider, site } = await once()
  await site.stop()
  await provider.stop()
})

async function goToProvider(page: Page): Promise<void> {
  await page.goto('/sign-in?next=/choice')
  await page.getByRole('button', { name: 'Continue with LocalID' }).click()
  await expect(page.getByRole('heading', { name: 'Which account?' })).toBeVisible()
}

test('a reader signs in at an OpenID provider by keyboard and consents, and buyers can read the token (A10)', async ({
  page,
  context,
  provider,
  watch,
}) => {
  await goToProvider(page)
  expect(await violations(page)).toEqual([])
  const buttons = page.getByRole('button', { name: /^Continue as/ })
  await expect(buttons).toHaveCount(Object.keys(provider.accounts).length)
  await expect(buttons.first()).toHaveAccessibleDescription(provider.accounts.verified.about)
  await page.keyboard.press('Tab')
  await expect(buttons.first()).toBeFocused()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/choice')
  await giveConsent(page)
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const identity = await identityOf(context)
  if (identity.status !== 'available') throw new Error(identity.status)
  expect(watch.auctions.at(-1)?.eids).toEqual(eidsOf(identity.advertisingToken))
  const { claims } = provider.accounts.verified
  for (const claim of Object.values(claims).filter((claim) => typeof claim === 'string'))
    expect(await watch.carrying(claim)).toEqual([])
})

test('a sign-in at a provider as a reader whose address cannot be used removes A’s token from the other tab, and says why there is none (S1, U8)', async ({
  page,
  context,
  watch,
  email,
  operator,
}) => {
  // At the provider's origin the tab can tell no other tab of the sign-in.
  const other = await context.newPage()
  await other.goto('/sign-in')
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const switched = watch.requests.length
  await other.getByRole('button', { name: 'Continue with LocalID' }).click()
  await other.getByRole('button', { name: 'Continue as Umar' }).click()
  await other.waitForURL('**/choice')
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  expect(await tokenInPrebid(page)).toBeNull()
  expect(await watch.carrying(tokenOfA, switched)).toEqual([])

  await expect(other.getByRole('main')).toContainText('your address or number is not confirmed')
  await expect(other.getByRole('button', { name: 'Yes, use it for ads' })).toHaveCount(0)
  expect(await choose(context, 'granted')).toMatchObject({ status: 'unsupported', reason: 'unverified' })
  expect(await operator.calls()).toMatchObject({ generate: 1 })
})

test('a reader who cancels at the provider, and one whose provider is down, get a message and can sign in another way', async ({
  page,
  context,
  provider,
  watch,
}) => {
  watch.allow(/status of 503 .*\/api\/sign-in\/provider/, 'Chromium reports the failure by itself')
  await goToProvider(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.waitForURL(/\/sign-in\?.*error=/)
  await expect(page.getByRole('main').getByRole('alert').first()).toHaveText(
    'The sign-in was not finished, so nothing has changed. You can try again, or sign in another way.',
  )
  await provider.stop()
  await page.getByRole('button', { name: 'Continue with LocalID' }).click()
  await expect(page.getByText('The other site did not answer.')).toBeVisible()
  await page.getByRole('link', { name: 'Back to signing in' }).click()
  await expect(page.getByRole('button', { name: 'Send me a link' })).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})
