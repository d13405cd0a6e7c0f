import type { Page } from '@playwright/test'
import { freePort, startSite } from '#tests/support/site.ts'
import { type RunningOidcProvider, startOidcProvider } from '../../scripts/oidc/provider.ts'
import {
  articles,
  choose,
  eidsOf,
  expectAds,
  giveConsent,
  identityOf,
  signInAndConsent,
  signOut,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { violations } from './axe.ts'
import { test as base, expect } from './fixtures.ts'

/** The operator's own number that has opted out: https://unifiedid.com/docs/endpoints/post-token-generate */
const optedOutNumber = '+00000000000'

/** A site whose readers sign in at a provider on another origin. */
const test = base.extend<object, { provider: RunningOidcProvider; port: number }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
  port: [async ({}, use) => use(await freePort()), { scope: 'worker' }],
  provider: [
    async ({ port }, use) => {
      const provider = await startOidcProvider({
        redirectUris: [`http://localhost:${port}/api/auth/callback/oidc`],
      })
      await use(provider)
      await provider.stop()
    },
    { scope: 'worker' },
  ],
  site: [
    async ({ provider, port }, use) => {
      const site = await startSite({ port, env: provider.env })
      await use(site)
      await site.stop()
    },
    { scope: 'worker' },
  ],
})

async function goToProvider(page: Page, next = '/choice'): Promise<void> {
  await page.goto(`/sign-in?next=${next}`)
  await page.getByRole('button', { name: 'Continue with LocalID' }).click()
  await expect(page.getByRole('heading', { name: 'Which account?' })).toBeVisible()
}

async function signInAs(page: Page, name: string): Promise<void> {
  await goToProvider(page)
  await page.getByRole('button', { name: `Continue as ${name}` }).click()
  await page.waitForURL('**/choice')
}

for (const [name, what] of [
  ['Vera', 'a verified address'],
  ['Femi', 'a verified number'],
] as const)
  test(`A10: a reader who comes from an OpenID provider with ${what} says yes, and buyers can read the token`, async ({
    page,
    context,
    provider,
    watch,
  }) => {
    await signInAs(page, name)
    await giveConsent(page)
    await page.goto(`/articles/${articles.first}`)
    await expectAds(page, 'readable')
    const identity = await identityOf(context)
    if (identity.status !== 'available') throw new Error(identity.status)
    expect(watch.auctions.at(-1)?.eids).toEqual(eidsOf(identity.advertisingToken))
    const { claims } = name === 'Vera' ? provider.accounts.verified : provider.accounts.phone
    for (const claim of Object.values(claims).filter((claim) => typeof claim === 'string'))
      expect(await watch.carrying(claim)).toEqual([])
  })

for (const [name, reason, words] of [
  ['Umar', 'unverified', 'your address or number is not confirmed'],
  ['Nia', 'no_dii', 'your account has no address or number'],
  ['Ravi', 'relay_address', 'you signed in with a private relay address'],
  ['Lena', 'bad_phone', 'we could not read your phone number'],
] as const)
  test(`U8: ${name}, whose address or number cannot be used (${reason}), reads why, and the operator is not asked`, async ({
    page,
    context,
    operator,
  }) => {
    await signInAs(page, name)
    await expect(page.getByRole('main')).toContainText(words)
    await expect(page.getByRole('button', { name: 'Yes, use it for ads' })).toHaveCount(0)
    expect(await identityOf(context)).toMatchObject({ status: 'unsupported', reason })
    expect(await choose(context, 'granted')).toMatchObject({ status: 'unsupported', reason })
    expect(await operator.calls()).toMatchObject({ generate: 0 })
  })

test('S1: signing in as B at a provider takes A’s token from another tab, though no message reached it', async ({
  page,
  context,
  watch,
  email,
}) => {
  const other = await context.newPage()
  await other.goto('/sign-in')
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email })
  await page.goto(`/articles/${articles.first}`)
  await expectAds(page, 'readable')
  const afterSwitch = watch.requests.length
  await other.getByRole('button', { name: 'Continue with LocalID' }).click()
  await other.getByRole('button', { name: 'Continue as Umar' }).click()
  await other.waitForURL('**/choice')
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  expect(await tokenInPrebid(page)).toBeNull()
  expect(await watch.carrying(tokenOfA, afterSwitch)).toEqual([])
})

test('an address that changed at the provider is asked about again, and the identity of the old one is gone', async ({
  page,
  context,
  provider,
  operator,
}) => {
  await signInAs(page, 'Vera')
  expect(await choose(context, 'granted')).toMatchObject({ status: 'available' })
  await signOut(page)
  await signInAs(page, 'Vera')
  // The same reader and address: nothing to ask.
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Your answer is yes')
  await expect.poll(async () => (await identityOf(context)).status).toBe('available')

  await signOut(page)
  provider.setClaims('verified', { email: 'vera.moved@example.com', email_verified: true })
  const { generate } = await operator.calls()
  await signInAs(page, 'Vera')
  await expect(statusLine(page, 'no_choice')).toBeVisible()
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('uid2')
  expect((await operator.calls()).generate).toBe(generate)
  await giveConsent(page)
  expect((await operator.calls()).generate).toBe(generate + 1)
})

test('U3, A11: an opt-out of the number stops a reader who has an address as well; the operator is not asked', async ({
  page,
  context,
  provider,
  operator,
}) => {
  provider.setClaims('phone', { phone_number: optedOutNumber, phone_number_verified: true })
  await signInAs(page, 'Femi')
  expect(await choose(context, 'granted')).toMatchObject({ status: 'opted_out' })
  await signOut(page)
  const { email, email_verified } = provider.accounts.both.claims
  provider.setClaims('both', {
    email,
    email_verified,
    phone_number: optedOutNumber,
    phone_number_verified: true,
  })
  const { generate } = await operator.calls()
  await signInAs(page, 'Bo')
  await expect(statusLine(page, 'opted_out')).toBeVisible()
  expect(await choose(context, 'granted')).toMatchObject({ status: 'opted_out' })
  expect((await operator.calls()).generate).toBe(generate)
})

test('a reader who breaks off at the provider is back on the sign-in page, which says so', async ({
  page,
  context,
}) => {
  await goToProvider(page)
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.waitForURL(/\/sign-in\?.*error=/)
  await expect(page.getByRole('main').getByRole('alert').first()).toHaveText(
    'The sign-in was not finished, so nothing has changed. You can try again, or sign in another way.',
  )
  expect(await violations(page)).toEqual([])
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})

test('the provider’s own page goes by keyboard, says what each account is, and axe objects to nothing', async ({
  page,
  provider,
}) => {
  await goToProvider(page, '/privacy')
  expect(await violations(page)).toEqual([])
  const buttons = page.getByRole('button', { name: /^Continue as/ })
  await expect(buttons).toHaveCount(Object.keys(provider.accounts).length)
  await expect(buttons.first()).toHaveAccessibleDescription(provider.accounts.verified.about)
  await page.keyboard.press('Tab')
  await expect(buttons.first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/privacy$/)
})

test('a provider that is down gets a message, and the other ways stay', async ({
  page,
  context,
  provider,
  watch,
}) => {
  watch.allow(/status of 503 .*\/api\/sign-in\/provider/, 'Chromium reports the refusal by itself')
  await page.goto('/sign-in')
  await provider.stop()
  await page.getByRole('button', { name: 'Continue with LocalID' }).click()
  await expect(page.getByText('The other site did not answer.')).toBeVisible()
  await page.getByRole('link', { name: 'Back to signing in' }).click()
  await expect(page.getByRole('button', { name: 'Send me a link' })).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})
