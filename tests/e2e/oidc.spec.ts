import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { freePort, startSite } from '#tests/support/site.ts'
import { type RunningOidcProvider, startOidcProvider } from '../../scripts/oidc/provider.ts'
import { test as base, expect } from './fixtures.ts'

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

/** Goes to the provider as a sign-in page does that asks next-auth where that is. */
async function goToProvider(page: Page, callbackUrl: string): Promise<void> {
  await page.goto(callbackUrl)
  await page.evaluate(async (callbackUrl) => {
    const { csrfToken } = await (await fetch('/api/auth/csrf')).json()
    const body = new URLSearchParams({ csrfToken, callbackUrl, json: 'true' })
    const { url } = await (await fetch('/api/auth/signin/oidc', { method: 'POST', body })).json()
    location.assign(url)
  }, callbackUrl)
  await expect(page.getByRole('heading', { name: 'Which account?' })).toBeVisible()
}

const session = (page: Page) =>
  page.evaluate(async () => (await fetch('/api/auth/session')).json()) as Promise<object>

test('a reader signs in at an OpenID provider, and is asked there again for the next sign-in', async ({
  page,
  provider,
}) => {
  for (const name of ['Vera', 'Umar']) {
    await goToProvider(page, '/privacy')
    expect(page.url()).toContain(provider.issuer)
    await page.getByRole('button', { name: `Continue as ${name}` }).click()
    await expect(page).toHaveURL(/\/privacy$/)
    expect(await session(page)).toMatchObject({ user: { name: expect.any(String) } })
  }
})

test('a reader who breaks off at the provider is back on the sign-in page, signed out', async ({ page }) => {
  await goToProvider(page, '/privacy')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await expect(page).toHaveURL(/\/sign-in\?.*error=/)
  expect(await session(page)).toEqual({})
})

test('the provider’s own page goes by keyboard, says what each account is, and axe objects to nothing', async ({
  page,
  provider,
}) => {
  await goToProvider(page, '/privacy')
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  const buttons = page.getByRole('button', { name: /^Continue as/ })
  await expect(buttons).toHaveCount(Object.keys(provider.accounts).length)
  await expect(buttons.first()).toHaveAccessibleDescription(provider.accounts.verified.about)
  await page.keyboard.press('Tab')
  await expect(buttons.first()).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/\/privacy$/)
})
