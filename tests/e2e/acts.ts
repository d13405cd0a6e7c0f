import { type BrowserContext, expect, type Locator, type Page } from '@playwright/test'
import type { AvailableIdentity, PublicIdentity } from '#lib/identity/public-identity.ts'

export type Dii = { email: string } | { phone: string }

export { articles } from '../support/publication.ts'

/** Signs in on the sign-in page and arrives at the question. */
export async function signIn(page: Page, dii: Dii): Promise<void> {
  await page.goto('/sign-in')
  const [kind, value] = 'email' in dii ? ['E-mail', dii.email] : ['Phone', dii.phone]
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  await form.getByRole('radio', { name: kind }).check()
  await form.getByRole('textbox').fill(value)
  await form.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/choice')
}

/** Asks for a link or code, which the sandbox puts into the outbox. */
export async function askForProof(page: Page, dii: Dii): Promise<void> {
  await page.goto('/sign-in')
  const form = page.getByRole('form', { name: 'Sign in by link or code' })
  const [kind, value] = 'email' in dii ? ['E-mail', dii.email] : ['Phone', dii.phone]
  await form.getByRole('radio', { name: kind }).check()
  await form.getByRole('textbox').fill(value)
  await form.getByRole('button', { name: /^Send me a/ }).click()
  await page.waitForURL('**/sign-in/proof')
}

/** The link of the mail in this browser's outbox. */
export async function linkInOutbox(page: Page): Promise<string> {
  await page.goto('/sign-in/outbox')
  const href = await page.getByRole('article').getByRole('link').getAttribute('href')
  return href ?? ''
}

export async function codeInOutbox(page: Page): Promise<string> {
  await page.goto('/sign-in/outbox')
  const text = await page.getByRole('article').innerText()
  return /^(\d{6}) is your sign-in code/m.exec(text)?.[1] ?? ''
}

/** Consents on the page with the question. */
export async function giveConsent(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await expect(page.getByRole('heading', { name: 'Your answer is yes' })).toBeVisible()
}

export async function signOut(page: Page): Promise<void> {
  await page.goto('/privacy')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  await expect(statusLine(page, 'signed_out')).toBeVisible()
}

/** Signs in and consents without a page. Leaves the browser with the cookies. */
export async function signInAndConsent(context: BrowserContext, dii: Dii): Promise<AvailableIdentity> {
  await signInByApi(context, dii)
  const identity = await choose(context, 'granted')
  if (identity.status !== 'available') throw new Error(`After the consent the status is ${identity.status}.`)
  return identity
}

export async function signInByApi({ request }: BrowserContext, dii: Dii): Promise<void> {
  const { csrfToken } = (await (await request.get('/api/auth/csrf')).json()) as { csrfToken: string }
  const form = { csrfToken, json: 'true', ...dii }
  expect((await request.post('/api/auth/callback/demo', { form })).ok()).toBe(true)
}

/** What browsers send with a request of the site's own pages. */
const sameOrigin = { 'sec-fetch-site': 'same-origin' }

export async function choose(
  { request }: BrowserContext,
  advertising: 'granted' | 'denied',
  signals?: object,
): Promise<PublicIdentity> {
  const data = { advertising, ...(signals && { signals }) }
  return (await (await request.post('/api/choice', { headers: sameOrigin, data })).json()) as PublicIdentity
}

/** Signs out without a page, as another device or program does: no page of this browser is told. */
export async function signOutByApi({ request }: BrowserContext): Promise<void> {
  expect((await request.post('/api/sign-out', { headers: sameOrigin })).status()).toBe(204)
}

/** The server's answer for this browser's reader, requested outside its pages. */
export async function identityOf({ request }: BrowserContext): Promise<PublicIdentity> {
  return (await (await request.get('/api/identity')).json()) as PublicIdentity
}

/** The masthead's visible sign-in or sign-out link. */
export const accountLink = (page: Page): Locator =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /^Sign (in|out)$/ })

export const statusLine = (page: Page, status: PublicIdentity['status']): Locator =>
  page.locator(`[data-uid2-status=${status}]`)

/** Waits until every slot of the page shows an ad with this bid. */
export async function expectAds(page: Page, bid: 'none' | 'readable'): Promise<void> {
  await expect(page.locator('[data-ad-slot]')).toHaveCount(2)
  await expect(page.locator(`[data-ad-slot][data-uid2-bid=${bid}]`)).toHaveCount(2)
}

/** The token that this page's Prebid would send now. Null: none, or Prebid is not loaded. */
export function tokenInPrebid(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const { pbjs } = window as { pbjs?: { getUserIds?(): { uid2?: { id?: string } } } }
    return pbjs?.getUserIds?.().uid2?.id ?? null
  })
}

export const eidsOf = (token: string) => [{ source: 'uidapi.com', uids: [{ id: token, atype: 3 }] }]

/** Opens the first article under "Read next" without a page load. */
export async function readNext(page: Page): Promise<void> {
  const before = page.url()
  await page.getByRole('region', { name: 'Read next' }).getByRole('link').first().click()
  await page.waitForURL((url) => url.href !== before)
}

/** Holds requests until they are released. */
export async function holdPosts(page: Page, path: string): Promise<() => Promise<void>> {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const url = (candidate: URL) => candidate.pathname === path
  await page.route(url, async (route) => {
    if (route.request().method() === 'POST') await held
    await route.fallback()
  })
  return async () => {
    release()
    await page.unroute(url)
  }
}
