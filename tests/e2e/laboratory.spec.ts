import { holdPosts, signInAndConsent, statusLine } from './acts.ts'
import { expectShown, requestsShown } from './channel-acts.ts'
import { expect, test } from './fixtures.ts'

const path = '/patterns/prebid-server'

test('the page of a channel leads a reader without a token to one, and back', async ({ page, email }) => {
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

test('the page of a channel marks the first request with a newer token of the same person', async ({
  page,
  context,
  operator,
  email,
}) => {
  // Not due when the page is requested: its request would start the refresh.
  await operator.set({ lifetimes: { refreshFromMs: 2_000 } })
  const { advertisingToken: first } = await signInAndConsent(context, { email })
  await operator.set({})
  const release = await holdPosts(page, '/api/identity')
  await page.goto(path)
  const requests = requestsShown(page)
  await expect(requests).toHaveCount(1)
  await expect(requests.first()).toContainText(`…${first.slice(-6)}`)
  await release()
  const events = page.getByRole('region', { name: 'Events' }).getByRole('listitem')
  await expect(events.first()).toContainText('refreshed')
  await expect(events.last()).toContainText(`…${first.slice(-6)}`)
  await expect(page.getByText('The token was refreshed.')).toBeAttached()
  await page.reload()
  await expect(requests).toHaveCount(2)
  await expect(requests.first()).toContainText(/…[\w-]{6} newer.*[0-9a-f]{8} same/)
  await expect(requests.first()).not.toContainText(first.slice(-6))
  await expect(requests.last()).not.toContainText('newer')
})

test('the pages of the laboratory fit a screen of 320 pixels', async ({ page, reader: _ }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  for (const slug of ['', '/several', '/hold-out', '/server-to-server']) {
    await page.goto(`/patterns${slug}`)
    if (slug === '/several') await expectShown(page)
    expect(await page.evaluate(() => document.documentElement.scrollWidth), slug).toBe(320)
  }
})
