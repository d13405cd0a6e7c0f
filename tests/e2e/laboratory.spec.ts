import { signInAndConsent, statusLine } from './acts.ts'
import { expectShown, requestsShown } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

const path = '/patterns/prebid-server'

test('a reader without a token is led to one, and back', async ({ page, email }) => {
  await page.goto(path)
  const next = page.getByRole('region', { name: 'What to do next' })
  await next.getByRole('link', { name: 'Sign in' }).click()
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  await form.getByRole('textbox').fill(email)
  await form.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await page.waitForURL(`**${path}`)
  await expect(statusLine(page, 'available')).toBeVisible()
  await expect(next).toContainText('You have a token.')
  await expect(page.locator('.events')).toContainText('available')
})

test('the token changes and the person stays: the first request with a newer token is marked', async ({
  page,
  context,
  operator,
  email,
}) => {
  await operator.set({ lifetimes: { identityMs: 600_000, refreshFromMs: 4_000, refreshMs: 86_400_000 } })
  const { advertisingToken: first } = await signInAndConsent(context, { email })
  await page.goto(path)
  const requests = requestsShown(page)
  await expect(requests).toHaveCount(1)
  await expect(requests.first()).toContainText(`…${first.slice(-6)}`)
  await operator.set({})
  const events = page.getByRole('region', { name: 'Events' }).getByRole('listitem')
  await expect(events.first()).toContainText('refreshed', { timeout: 20_000 })
  await expect(events.last()).toContainText(`…${first.slice(-6)}`)
  await expect(page.getByText('The token was refreshed.')).toBeAttached()
  await page.reload()
  await expect(requests).toHaveCount(2)
  await expect(requests.first()).toContainText(/…[\w-]{6} newer.*[0-9a-f]{8} same/)
  await expect(requests.first()).not.toContainText(first.slice(-6))
  await expect(requests.last()).not.toContainText('newer')
})

for (const slug of ['', '/several', '/hold-out', '/server-to-server'])
  test(`/patterns${slug} fits 320 px`, async ({ page, context, email }) => {
    await signInAndConsent(context, { email })
    await page.setViewportSize({ width: 320, height: 640 })
    await page.goto(`/patterns${slug}`)
    if (slug === '/several') await expectShown(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  })
