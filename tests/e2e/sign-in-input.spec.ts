import { holdPosts, identityOf, signIn, statusLine } from './acts.ts'
import { expect, test } from './fixtures.ts'

const hash = 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='
const address = 'This does not look like an e-mail address. It needs the form name@example.com.'
const hashed = 'This looks like a hash. Please enter the address itself: the hashing is done on the server.'
const number = 'This does not look like a phone number. It needs the country code, such as +1 234 567 8901.'

const cases = [
  { name: 'a malformed address', kind: 'E-mail', value: 'reader@example', sentence: address },
  { name: 'an address with a space', kind: 'E-mail', value: 'read er@example.com', sentence: address },
  {
    name: 'a hash in hexadecimal',
    kind: 'E-mail',
    value: Buffer.from(hash, 'base64').toString('hex'),
    sentence: hashed,
  },
  { name: 'a hash in base64', kind: 'E-mail', value: hash, sentence: hashed },
  { name: 'a number without its country', kind: 'Phone', value: '0491 570 006', sentence: number },
  {
    name: 'nothing',
    kind: 'E-mail',
    value: '',
    sentence: 'Please enter an e-mail address or a phone number.',
  },
]

for (const { name, kind, value, sentence } of cases)
  test(`signing in with ${name} is rejected with a message, and the typed text stays`, async ({
    page,
    context,
    watch,
    operator,
  }) => {
    watch.allow(/status of 422 .*\/api\/sign-in\/demo/, 'Chromium reports the refusal by itself')
    await page.goto('/sign-in')
    const form = page.getByRole('form', { name: 'Sign in as anybody' })
    await form.getByRole('radio', { name: kind }).check()
    const field = form.getByRole('textbox')
    await field.fill(value)
    await form.getByRole('button', { name: 'Sign in' }).click()
    await expect(form.getByRole('alert')).toHaveText(sentence)
    await expect(field).toHaveValue(value)
    await expect(field).toBeFocused()
    await expect(field).toHaveAccessibleDescription(new RegExp(sentence.slice(0, 20)))
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect((await context.cookies()).map(({ name }) => name).filter((name) => /session/.test(name))).toEqual(
      [],
    )
    expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
    expect(await operator.calls()).toMatchObject({ generate: 0 })
  })

test('while a form is on its way it is not sent twice, and the focus stays where it is', async ({
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
  // Playwright by itself would wait for a button that is enabled.
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
