import type { Locator, Page } from '@playwright/test'
import {
  articles,
  askForProof,
  choose,
  expectAds,
  identityOf,
  linkInOutbox,
  signInByApi,
  statusLine,
} from './acts.ts'
import { rulesOfColour, violations } from './axe.ts'
import { expectShown } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

const pages = [
  '/',
  `/articles/${articles.first}`,
  `/live/${articles.second}`,
  '/articles/a-lamp-against-winter',
  '/sign-in',
  '/choice',
  '/privacy',
]

test('axe finds nothing to object to, in light and in dark', async ({ page, context, email, watch }) => {
  test.setTimeout(300_000)
  watch.allow(/status of 404 .*\/no-such-page/, 'Chromium reports the missing page by itself')
  watch.allow(/status of 422 .*\/api\/sign-in\/demo/, 'and the refusal')
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const findings: Record<string, string[]> = {}
  const examine = async (what: string) => {
    findings[what] = await violations(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    findings[`${what}, dark`] = await violations(page, rulesOfColour)
    await page.emulateMedia({ colorScheme: 'light' })
  }
  const look = async (path: string, when: string) => {
    await page.goto(path)
    if (path === '/' || path.includes(articles.first)) await expectAds(page, 'none')
    if (path === '/patterns/several') await expectShown(page)
    await examine(`${path} ${when}`)
  }
  for (const path of [...pages, '/no-such-page', '/patterns', '/patterns/several'])
    await look(path, 'signed out')
  for (const path of [
    '/sign-in?error=OAuthCallback',
    '/sign-in/proof',
    '/sign-in/proof?secret=x',
    '/sign-in/outbox',
  ])
    await look(path, 'signed out')
  await page.goto('/sign-in')
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  // As without script, where axe could not run.
  await form.evaluate((element: HTMLFormElement) => element.submit())
  await page.waitForURL('**/api/sign-in/demo')
  await examine('a refused form')
  await askForProof(page, { phone: '+1 234 567 8903' })
  await look('/sign-in/proof', 'waiting for a code')
  await askForProof(page, { email })
  await look('/sign-in/proof', 'waiting for a link')
  await look('/sign-in/outbox', 'with a mail')
  await look(await linkInOutbox(page), 'with the link')
  await signInByApi(context, { email })
  for (const path of pages) await look(path, 'before an answer')
  await choose(context, 'granted')
  await page.goto('/patterns/prebid-server')
  await expectShown(page)
  await examine('a way with a token')
  await choose(context, 'denied')
  await look('/privacy', 'with a history')
  await page.getByText('The words that you answered').first().click()
  await examine('the words of an answer')
  await page.getByRole('button', { name: 'Delete my records' }).click()
  await expect(page.getByText('Your records are deleted.')).toBeVisible()
  await examine('after a deletion')
  expect(Object.entries(findings).filter(([, found]) => found.length > 0)).toEqual([])
})

test('after an answer the outcome has the focus, and its words are spoken', async ({
  page,
  context,
  email,
}) => {
  await signInByApi(context, { email })
  await page.goto('/choice')
  await expect(page.locator('body')).toBeFocused()
  for (const [answer, words] of [
    ['Yes, use it for ads', 'Your answer is yes'],
    ['No, do not use it', 'Your answer is no'],
  ] as const) {
    await page.getByRole('button', { name: answer }).click()
    await expect(page.getByRole('heading', { name: words })).toBeFocused()
  }
  await expect(page.getByRole('main').getByRole('status')).toContainText('the answer on record is no')
  await page.reload()
  await expect(page.locator('body')).toBeFocused()
  await page.goto('/privacy')
  await expect(page.getByRole('main').getByRole('status')).toContainText('the answer on record is no')
})

test('the whole path, from signing in over the answer to signing out, goes by keyboard alone', async ({
  page,
  context,
  email,
}) => {
  await page.goto('/')
  await tabTo(page, page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign in' }))
  await page.keyboard.press('Enter')
  await page.waitForURL('**/sign-in')
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  await tabTo(page, form.getByRole('textbox'))
  await page.keyboard.type(email)
  await tabTo(page, form.getByRole('button', { name: 'Sign in' }))
  await page.keyboard.press('Space')
  await page.waitForURL('**/choice')
  await tabTo(page, page.getByRole('button', { name: 'Yes, use it for ads' }))
  await page.keyboard.press('Enter')
  await expect(statusLine(page, 'available')).toBeVisible()
  await tabTo(page, page.getByRole('contentinfo').getByRole('link', { name: 'Your privacy choices' }))
  await page.keyboard.press('Enter')
  await page.waitForURL('**/privacy')
  await tabTo(page, page.getByRole('button', { name: 'Sign out' }))
  await page.keyboard.press('Space')
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})

/** Goes forward with Tab as far as the control, whose focus must then be there to see. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  for (let pressed = 0; pressed < 80; pressed++) {
    await page.keyboard.press('Tab')
    if (await control.evaluate((element) => element === document.activeElement)) {
      expect(await control.evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe('none')
      return
    }
  }
  throw new Error(`Tab does not lead to ${control}.`)
}
