import type { Locator, Page } from '@playwright/test'
import { pageWithoutAds } from '../support/publication.ts'
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
import { colourRules, violations } from './axe.ts'
import { expectShown } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

/** Collects what axe finds on pages, in light and in dark. */
async function examiner(page: Page) {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  const findings: Record<string, string[]> = {}
  const examine = async (what: string) => {
    findings[what] = await violations(page)
    await page.emulateMedia({ colorScheme: 'dark' })
    findings[`${what}, dark`] = await violations(page, colourRules)
    await page.emulateMedia({ colorScheme: 'light' })
  }
  return {
    examine,
    async visit(path: string, shown = () => Promise.resolve()) {
      await page.goto(path)
      await shown()
      await examine(path)
    },
    found: () => Object.entries(findings).filter(([, found]) => found.length > 0),
  }
}

test('axe finds nothing on the pages of a reader who is signed out, in light and in dark', async ({
  page,
  email,
  watch,
}) => {
  watch.allow(/status of 404 .*\/no-such-page/, 'Chromium reports the missing page by itself')
  watch.allow(/status of 422 .*\/api\/sign-in\/demo/, 'and the rejected form')
  const { examine, visit, found } = await examiner(page)
  for (const path of ['/', `/articles/${articles.first}`]) await visit(path, () => expectAds(page, 'none'))
  const creative = await page.locator('[data-ad-slot=article-side] iframe').elementHandle()
  const frame = await creative?.contentFrame()
  expect(frame && (await violations(frame))).toEqual([])
  await visit('/patterns/several', () => expectShown(page))
  for (const path of [
    `/live/${articles.second}`,
    pageWithoutAds,
    '/choice',
    '/privacy',
    '/no-such-page',
    '/patterns',
    '/sign-in?error=OAuthCallback',
    '/sign-in/proof',
    '/sign-in/proof?secret=x',
    '/sign-in/outbox',
  ])
    await visit(path)
  await page.goto('/sign-in')
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  // As without script, where axe could not run.
  await form.evaluate((element: HTMLFormElement) => element.submit())
  await page.waitForURL('**/api/sign-in/demo')
  await examine('a rejected form')
  await askForProof(page, { phone: '+1 234 567 8903' })
  await examine('waiting for a code')
  await askForProof(page, { email })
  await examine('waiting for a link')
  const link = await linkInOutbox(page)
  await examine('a mail in the outbox')
  await visit(link)
  expect(found()).toEqual([])
})

test('axe finds nothing on the pages of a signed-in reader, in light and in dark', async ({
  page,
  context,
  email,
}) => {
  const { examine, visit, found } = await examiner(page)
  await signInByApi(context, { email })
  for (const path of [`/live/${articles.second}`, '/sign-in', '/choice', '/privacy']) await visit(path)
  await choose(context, 'granted')
  await visit('/patterns/prebid-server', () => expectShown(page))
  await choose(context, 'denied')
  await page.goto('/privacy')
  await page.getByText('The words that you answered').first().click()
  await examine('the privacy page with a history')
  await page.getByRole('button', { name: 'Delete my records' }).click()
  await expect(page.getByText('Your records are deleted.')).toBeVisible()
  await examine('after the records were deleted')
  expect(found()).toEqual([])
})

test('after an answer the heading of its outcome has the focus, and a status message is spoken', async ({
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
  await page.goto('/privacy')
  await expect(page.locator('body')).toBeFocused()
  await expect(page.getByRole('main').getByRole('status')).toContainText('the answer on record is no')
})

test('a keyboard is enough to sign in, answer and sign out', async ({ page, context, email }) => {
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

/** Presses Tab until the control has the focus, and expects that the focus is visible. */
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
