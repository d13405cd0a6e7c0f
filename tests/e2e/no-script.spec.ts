import { articles, become, choose, identityOf, signInByApi, statusLine } from './acts.ts'
import { expect, test } from './fixtures.ts'

test.use({ javaScriptEnabled: false })

test('without script every page can be read, and says that no advertising ID is used', async ({
  page,
  watch,
}) => {
  watch.allow(/identity was preloaded using link preload but not used/, 'nothing is there to use it')
  for (const path of ['/', `/articles/${articles.first}`]) {
    await page.goto(path)
    await expect(page.getByRole('article').first()).toBeVisible()
    // Playwright's own text search passes over noscript.
    const line = page.locator('noscript > .status-bar-line')
    await expect(line).toBeVisible()
    await expect(line).toHaveText(/Scripts are off in this browser/, { useInnerText: true })
  }
  await page.goto(`/live/${articles.first}`)
  await expect(page.getByRole('article')).toBeVisible()
  await expect(statusLine(page, 'signed_out')).toBeVisible()
  await page.goto('/sign-in')
  await expect(page.locator('noscript > .field-error')).toBeVisible()
  await page.goto('/privacy')
  await expect(page.getByRole('heading', { name: 'Your ad choices' })).toBeVisible()
})

test('S3: without script the sign-in form sends nothing, and what was typed stays out of every URL', async ({
  page,
  watch,
}) => {
  await page.goto('/sign-in')
  const loaded = watch.requests.length
  const field = page.getByRole('textbox')
  await field.fill('typed@example.com')
  await field.press('Enter')
  await expect(page.getByRole('main').getByRole('button', { disabled: false })).toHaveCount(0)
  await expect(field).toHaveValue('typed@example.com')
  await expect(page.locator('form:has(#dii)')).toHaveAttribute('method', 'post')
  await expect(page.locator('#dii[name]')).toHaveCount(0)
  expect(watch.requests.slice(loaded).filter((request) => request.isNavigationRequest())).toEqual([])
  expect(await watch.carrying('typed')).toEqual([])
  expect(page.url()).toMatch(/\/sign-in$/)
})

test('without script the question takes a yes and a no', async ({ page, context, email, operator }) => {
  await signInByApi(context, { email })
  await page.goto('/choice')
  await expect(statusLine(page, 'no_choice')).toBeVisible()
  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await expect(page.getByRole('heading', { name: 'Your answer is yes' })).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
  expect(await operator.calls()).toMatchObject({ generate: 1 })

  await page.getByRole('button', { name: 'No, do not use it' }).click()
  await expect(page.getByRole('heading', { name: 'Your answer is no' })).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'denied' })
  expect((await context.cookies()).map(({ name }) => name)).not.toContain('uid2')
  expect(await choose(context, 'granted')).toMatchObject({ status: 'available' })
})

test('without script too many answers in a minute are refused in words, and the last one holds', async ({
  page,
  context,
  email,
}) => {
  await become(context, { email })
  await page.goto('/choice')
  for (let answers = 2; answers <= 30; answers++) await choose(context, 'granted')
  await page.getByRole('button', { name: 'No, do not use it' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toHaveText(
    'That was too many answers in a short time: wait a minute, then try again. Your earlier answer still holds.',
  )
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
})

test('an answer that could not be recorded is told of in words', async ({ page, context, email }) => {
  await signInByApi(context, { email })
  await page.goto('/choice?failed=1')
  await expect(page.getByRole('main').getByRole('alert')).toHaveText(
    'We could not record your answer just now, so nothing is used. Please try again in a moment.',
  )
  await expect(page.getByRole('button', { name: 'Yes, use it for ads' })).toBeVisible()
})

test('without script the sign-out form signs out', async ({ page, context, email }) => {
  await become(context, { email })
  await page.goto('/privacy')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  expect(await context.cookies()).toEqual([])
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})
