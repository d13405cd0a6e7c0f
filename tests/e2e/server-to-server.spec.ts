import { accountLink, choose, signInAndConsent, statusLine } from './acts.ts'
import { violations } from './axe.ts'
import { expect, test } from './fixtures.ts'

const path = '/patterns/server-to-server'
const slots = ['server-top', 'server-end']

test.use({ javaScriptEnabled: false })

test('without script the server buys the ads, with the token of a reader who consented', async ({
  page,
  context,
  email,
  operator,
}) => {
  await page.goto(path)
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await expect(accountLink(page)).toHaveText('Sign in')
  for (const id of slots)
    await expect(page.locator(`[data-ad-slot="${id}"]`)).toHaveAttribute('data-uid2-bid', 'none')

  const { advertisingToken: token } = await signInAndConsent(context, { email })
  await page.goto(path)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect(accountLink(page)).toHaveText('Sign out')
  for (const id of slots) {
    const slot = page.locator(`[data-ad-slot="${id}"]`)
    await expect(slot).toHaveAttribute('data-uid2-bid', 'readable')
    const frame = slot.locator('iframe')
    await expect(frame).toHaveAttribute('sandbox', 'allow-popups')
    await expect(frame.contentFrame().getByText(/^Bought with your UID2/)).toBeVisible()
    expect(await slot.locator('.ad-frame-body').boundingBox()).toMatchObject({ width: 300, height: 250 })
  }
  // What was sent is shown, the token in six characters.
  await expect(page.getByText(`"id": "…${token.slice(-6)}"`)).toBeVisible()
  expect(await page.content()).not.toContain(token.slice(-7))
  expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })

  await choose(context, 'denied')
  await page.goto(path)
  await expect(statusLine(page, 'denied')).toBeVisible()
  for (const id of slots)
    await expect(page.locator(`[data-ad-slot="${id}"]`)).toHaveAttribute('data-uid2-bid', 'none')
})

test.describe('with script', () => {
  test.use({ javaScriptEnabled: true, viewport: { width: 360, height: 740 } })

  test('the page that shows a server auction passes axe, and fits a phone', async ({
    page,
    context,
    email,
  }) => {
    await signInAndConsent(context, { email })
    await page.goto(path)
    await expect(page.locator('[data-ad-slot] iframe')).toHaveCount(slots.length)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
    // The creatives let no script in, axe's included.
    await page.evaluate(() => {
      for (const frame of document.querySelectorAll('iframe')) frame.remove()
    })
    expect(await violations(page)).toEqual([])
  })
})
