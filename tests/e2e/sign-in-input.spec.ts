import { holdPosts, identityOf, signIn, statusLine } from './acts.ts'
import { expect, test } from './fixtures.ts'

const hash = 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='
const address = 'This does not look like an e-mail address. It needs the form name@example.com.'
const hashed = 'This looks like a hash. Please enter the address itself: the hashing is done on the server.'
const number = 'This does not look like a phone number. It needs the country code, such as +1 234 567 8901.'

const rejected = [
  { kind: 'E-mail', value: 'reader@example', message: address },
  { kind: 'E-mail', value: 'read er@example.com', message: address },
  { kind: 'E-mail', value: Buffer.from(hash, 'base64').toString('hex'), message: hashed },
  { kind: 'E-mail', value: hash, message: hashed },
  { kind: 'Phone', value: '0491 570 006', message: number },
  { kind: 'E-mail', value: '', message: 'Please enter an e-mail address or a phone number.' },
]

test('the sign-in form rejects a wrong address or number with a message, and keeps what was typed', async ({
  page,
  context,
  watch,
  operator,
}) => {
  watch.allow(/status of 422 .*\/api\/sign-in\/(demo|ask)/, 'Chromium reports the rejections by itself')
  await page.goto('/sign-in')
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  const field = form.getByRole('textbox')
  for (const { kind, value, message } of rejected) {
    await form.getByRole('radio', { name: kind }).check()
    await field.fill(value)
    await form.getByRole('button', { name: 'Sign in' }).click()
    await expect(form.getByRole('alert')).toHaveText(message)
    await expect(field).toHaveValue(value)
    await expect(field).toBeFocused()
    await expect(field).toHaveAccessibleDescription(new RegExp(message.slice(0, 20)))
  }
  const byLink = page.getByRole('form', { name: 'Sign in by link or code' })
  await byLink.getByRole('textbox').fill('jane@example')
  await byLink.getByRole('button', { name: 'Send me a link' }).click()
  await expect(byLink.getByRole('alert')).toHaveText(address)
  await expect(byLink.getByRole('textbox')).toHaveValue('jane@example')
  await expect(byLink.getByRole('textbox')).toBeFocused()

  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect((await context.cookies()).filter(({ name }) => /session/.test(name))).toEqual([])
  expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
  expect(await operator.calls()).toMatchObject({ generate: 0 })
})

test('while a form is being sent it is not sent twice, and the focus stays where it is', async ({
  page,
  email,
}) => {
  await page.goto('/sign-in')
  const form = page.getByRole('form', { name: 'Sign in as anybody' })
  await form.getByRole('textbox').fill(email)
  const release = await holdPosts(page, '/api/sign-in/demo')
  const sent: string[] = []
  page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()))
  const button = form.getByRole('button')
  await button.press('Enter')
  await expect(button).toHaveText('One moment…')
  await button.press('Enter')
  // By default Playwright waits until a button is enabled.
  await button.dblclick({ force: true })
  await expect(button).toBeFocused()
  // The mouse is on it, which must not bring back the colours of a button that can be pressed.
  const hint = form.locator('.field-hint')
  await expect(button).toHaveCSS('color', await hint.evaluate((element) => getComputedStyle(element).color))
  await release()
  await page.waitForURL('**/choice')
  expect(sent.filter((url) => url.endsWith('/demo'))).toHaveLength(1)
})

test('a phone number may be typed as people write it', async ({ page }) => {
  await signIn(page, { phone: '+1 (234) 567-8901' })
  await expect(statusLine(page, 'no_choice')).toBeVisible()
})
