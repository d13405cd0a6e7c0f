import { identityCookie } from '../support/publication.ts'
import {
  articles,
  askForProof,
  choose,
  codeInOutbox,
  identityOf,
  linkInOutbox,
  signInByApi,
  statusLine,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

test.use({ javaScriptEnabled: false })

test('without script every page can be read, and says that no advertising ID is used', async ({
  page,
  watch,
}) => {
  watch.allow(/identity was preloaded using link preload but not used/, 'no script uses it')
  for (const path of ['/', `/articles/${articles.first}`]) {
    await page.goto(path)
    await expect(page.getByRole('article').first()).toBeVisible()
    // Playwright's text selectors skip noscript.
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

test('without script the sign-in form takes an address or a number, and no URL has what was typed (S3)', async ({
  page,
  context,
  watch,
}) => {
  watch.allow(/status of 422 .*\/api\/sign-in\/demo/, 'Chromium reports the rejection by itself')
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  const field = form.getByRole('textbox')

  await test.step('a rejected address has a page of its own, and is still in the form after Back', async () => {
    await page.goto('/sign-in')
    await field.fill('typed@example')
    await field.press('Enter')
    await expect(page.getByText('It needs the form name@example.com.')).toBeVisible()
    await page.goBack()
    await expect(field).toHaveValue('typed@example')
  })
  for (const [kind, value] of [
    ['E-mail', 'typed@example.com'],
    ['Phone', '+1 234 567 8901'],
  ] as const) {
    await context.clearCookies()
    await page.goto('/sign-in?next=/privacy')
    await form.getByRole('radio', { name: kind }).check()
    await field.fill(value)
    await field.press('Enter')
    await page.waitForURL('**/privacy')
    expect(await identityOf(context)).toMatchObject({ status: 'no_choice' })
  }
  const words = ['typed@example', '12345678901', '1 234 567 8901']
  const urls = watch.requests.map((request) => decodeURIComponent(request.url()))
  expect(urls.filter((url) => words.some((word) => url.includes(word)))).toEqual([])
})

test('without script a code signs in, and rejected tries keep the reader’s destination', async ({
  page,
  context,
  watch,
}) => {
  watch.allow(/status of 422 .*\/api\/sign-in\//, 'Chromium reports the rejections by itself')
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
  expect(await identityOf(context)).toMatchObject({ status: 'no_choice' })
})

test('without script a link signs in', async ({ page, context, email }) => {
  await askForProof(page, { email })
  await page.goto(await linkInOutbox(page))
  await page.getByRole('button', { name: /^Sign in as/ }).click()
  await page.waitForURL('**/choice')
  expect(await identityOf(context)).toMatchObject({ status: 'no_choice' })
})

test('without script a reader can consent, deny and sign out, and a failed answer gets a message', async ({
  page,
  context,
  email,
  operator,
}) => {
  await signInByApi(context, { email })
  await page.goto('/choice?failed=1')
  const alert = page.getByRole('main').getByRole('alert')
  await expect(alert).toHaveText(
    'We could not record your answer just now, so nothing is used. Please try again in a moment.',
  )
  await expect(statusLine(page, 'no_choice')).toBeVisible()
  const yes = page.getByRole('button', { name: 'Yes, use it for ads' })
  await yes.click()
  await expect(page.getByRole('heading', { name: 'Your answer is yes' })).toBeVisible()
  expect(await identityOf(context)).toMatchObject({ status: 'available' })
  expect(await operator.calls()).toMatchObject({ generate: 1 })

  await test.step('too many answers in a minute get a message, and a denial is recorded all the same', async () => {
    await Promise.all(Array.from({ length: 29 }, () => choose(context, 'granted')))
    await yes.click()
    await expect(alert).toHaveText(
      'That was too many answers in a short time: wait a minute, then try again. Your earlier answer still holds.',
    )
    expect(await identityOf(context)).toMatchObject({ status: 'available' })
    await page.getByRole('button', { name: 'No, do not use it' }).click()
    await expect(page.getByRole('heading', { name: 'Your answer is no' })).toBeVisible()
    expect(await identityOf(context)).toMatchObject({ status: 'denied' })
    expect((await context.cookies()).map(({ name }) => name)).not.toContain(identityCookie)
  })

  await page.goto('/privacy')
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.pathname === '/')
  expect(await context.cookies()).toEqual([])
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
})
