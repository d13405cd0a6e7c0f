import type { Page } from '@playwright/test'
import { accountLink, choose, signInAndConsent, statusLine } from './acts.ts'
import { violations } from './axe.ts'
import { expect, test } from './fixtures.ts'

const path = '/patterns/server-to-server'
const slots = ['server-top', 'server-end']

async function expectBids(page: Page, bid: 'none' | 'readable'): Promise<void> {
  for (const id of slots)
    await expect(page.locator(`[data-ad-slot="${id}"]`)).toHaveAttribute('data-uid2-bid', bid)
}

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false })

  test('the server buys the ads, with the token of a reader who consented', async ({
    page,
    context,
    email,
    operator,
  }) => {
    await page.goto(path)
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    await expect(accountLink(page)).toHaveText('Sign in')
    await expectBids(page, 'none')

    const { advertisingToken: token } = await signInAndConsent(context, { email })
    await page.goto(path)
    await expect(statusLine(page, 'available')).toBeVisible()
    await expect(accountLink(page)).toHaveText('Sign out')
    await expectBids(page, 'readable')
    for (const id of slots) {
      const slot = page.locator(`[data-ad-slot="${id}"]`)
      const frame = slot.locator('iframe')
      await expect(frame).toHaveAttribute('sandbox', 'allow-popups')
      await expect(frame.contentFrame().getByText(/^Bought with your UID2/)).toBeVisible()
      expect(await slot.locator('.ad-frame-body').boundingBox()).toMatchObject({ width: 300, height: 250 })
    }
    // The page shows the bid request, with six characters of the token.
    await expect(page.getByText(`"id": "…${token.slice(-6)}"`)).toBeVisible()
    expect(await page.content()).not.toContain(token.slice(-7))
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })

    await choose(context, 'denied')
    await page.goto(path)
    await expect(statusLine(page, 'denied')).toBeVisible()
    await expectBids(page, 'none')
  })
})

test('the page of a server auction passes axe, and fits a phone', async ({ page, reader: _ }) => {
  await page.setViewportSize({ width: 360, height: 740 })
  await page.goto(path)
  await expect(page.locator('[data-ad-slot] iframe')).toHaveCount(slots.length)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  expect(await violations(page)).toEqual([])
})
