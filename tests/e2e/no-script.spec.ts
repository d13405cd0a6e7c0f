import {
  articles,
  askForProof,
  choose,
  codeInOutbox,
  identityOf,
  linkInOutbox,
  signInAndConsent,
  signInByApi,
  statusLine,
} from './acts.ts'
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
  await page.goto('/privacy')
  await expect(page.getByRole('heading', { name: 'Your privacy choices' })).toBeVisible()
})

for (const [kind, value] of [
  ['E-mail', 'typed@example.com'],
  ['Phone', '+1 234 567 8901'],
] as const)
  test(`S3: without script one signs in by ${kind}, and what was typed stays out of every URL`, async ({
    page,
    context,
    watch,
  }) => {
    await page.goto('/sign-in?next=/privacy')
    const form = page.getByRole('form', { name: 'Sign in as anybody' })
    await form.getByRole('radio', { name: kind }).check()
    await form.getByRole('textbox').fill(value)
    await form.getByRole('textbox').press('Enter')
    await page.waitForURL('**/privacy')
    expect(await identityOf(context)).toMatchObject({ status: 'no_choice' })
    const words = [value, encodeURIComponent(value), '12345678901']
    expect(
      watch.requests
        .map((request) => request.url())
        .filter((url) => words.some((word) => url.includes(word))),
    ).toEqual([])
  })

test('without script a slip in the sign-in form is told on a page of its own, and Back has what was typed', async ({
  page,
  watch,
}) => {
  watch.allow(/status of 422 .*\/api\/sign-in\/demo/, 'Chromium reports the refusal by itself')
  await page.goto('/sign-in')
  const field = page.getByRole('form', { name: 'Sign in as anybody' }).getByRole('textbox')
  await field.fill('typed@example')
  await field.press('Enter')
  await expect(page.getByText('It needs the form name@example.com.')).toBeVisible()
  await page.goBack()
  await expect(field).toHaveValue('typed@example')
})

test('without script a rejected sign-in keeps the reader’s destination', async ({ page, watch }) => {
  watch.allow(/status of 422 .*\/api\/sign-in\//, 'Chromium reports the refusals by itself')
  await page.goto('/sign-in?next=/privacy')
  const form = page.getByRole('form', { name: 'Sign in by link or code' })
  await form.getByRole('textbox').fill('typed@example')
  await form.getByRole('textbox').press('Enter')
  await page.getByRole('link', { name: 'Back to signing in' }).click()
  await form.getByRole('radio', { name: 'Phone' }).check()
  await form.getByRole('textbox').fill('+1 234 567 8906')
  await form.getByRole('textbox').press('Enter')
  await page.getByRole('textbox', { name: 'Code' }).fill('?')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('link', { name: 'Back to signing in' }).click()
  await expect(page.getByRole('textbox', { name: 'Code' })).toBeVisible()
  await page.getByRole('link', { name: 'Start again' }).click()
  await form.getByRole('radio', { name: 'Phone' }).check()
  await form.getByRole('textbox').fill('+1 234 567 8906')
  await form.getByRole('textbox').press('Enter')
  const code = await codeInOutbox(page)
  await page.getByRole('link', { name: 'Back' }).click()
  await page.getByRole('textbox', { name: 'Code' }).fill(code)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/privacy')
})

test('without script a link and a code sign in', async ({ page, context, email }) => {
  await askForProof(page, { email })
  await page.goto(await linkInOutbox(page))
  await page.getByRole('button', { name: /^Sign in as/ }).click()
  await page.waitForURL('**/choice')
  expect(await identityOf(context)).toMatchObject({ status: 'no_choice' })
  await context.clearCookies()
  await askForProof(page, { phone: '+1 234 567 8902' })
  const code = await codeInOutbox(page)
  await page.getByRole('link', { name: 'Back' }).click()
  await page.getByRole('textbox', { name: 'Code' }).fill(code)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/choice')
  expect(await identityOf(context)).toMatchObject({ status: 'no_choice' })
})

test('without script the question takes consent and denial', async ({ page, context, email, operator }) => {
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

test('without script too many answers in a minute get an error page, but a denial is recorded', async ({
  page,
  context,
  email,
}) => {
  await signInAndConsent(context, { email })
  await page.goto('/choice')
  for (let answers = 2; answers <= 30; answers++) await choose(context, 'granted')
  await page.getByRole('button', { name: 'Yes, use it for ads' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toHaveText(
    'That was too many answers in a short time: wait a minute, then try again. Your earlier answer still holds.',
  )
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
  await page.getByRole('button', { name: 'No, do not use it' }).click()
  await expect(page.getByRole('heading', { name: 'Your answer is no' })).toBeVisible()
})

test('an answer that could not be recorded gets a message', async ({ page, context, email }) => {
  await signInByApi(context, { email })
  await page.goto('/choice?failed=1')
  await expect(page.getByRole('main').getByRole('alert')).toHaveText(
    'We could not record your answer just now, so nothing is used. Please try again in a moment.',
  )
  await expect(page.getByRole('button', { name: 'Yes, use it for ads' })).toBeVisible()
})

test('without script the sign-out form signs out', async ({ page, context, email }) => {
  await signInAndConsent(context, { email })
  await page.goto('/privacy')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  expect(await context.cookies()).toEqual([])
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})
