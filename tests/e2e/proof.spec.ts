import { askForProof, codeInOutbox, giveConsent, identityOf, linkInOutbox, statusLine } from './acts.ts'
import { violations } from './axe.ts'
import { expect, test } from './fixtures.ts'

test('a mailed link signs in once, by the button of its page, in the browser that asked, and no ad request has its secret (A2, A4)', async ({
  page,
  context,
  email,
  newBrowser,
  watch,
  operator,
}) => {
  await askForProof(page, { email })
  await expect(page.getByRole('main')).toContainText(`We sent a link to ${email.slice(0, 1)}•••@example.com`)
  const link = await linkInOutbox(page)
  const secret = new URL(link, 'http://n').searchParams.get('secret') ?? ''
  expect(secret).toMatch(/^[\w-]{43}$/)

  await test.step('in another browser there is no button, and the outbox is empty', async () => {
    const elsewhere = await (await newBrowser()).newPage()
    await elsewhere.goto(link)
    await expect(elsewhere.getByRole('heading', { level: 1 })).toHaveText(
      'Open this link where you asked for it',
    )
    await expect(elsewhere.getByRole('button', { name: /^Sign in as/ })).toHaveCount(0)
    await elsewhere.goto('/sign-in/outbox')
    await expect(elsewhere.getByRole('article')).toHaveCount(0)
  })

  await test.step('a look at the page, such as a mail scanner’s, does not use the link up', async () => {
    for (let looks = 0; looks < 2; looks++) await page.goto(link)
    expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
  })
  await page.getByRole('button', { name: /^Sign in as/ }).click()
  await page.waitForURL('**/choice')
  await giveConsent(page)
  await expect(statusLine(page, 'available')).toBeVisible()
  expect(await operator.calls()).toMatchObject({ generate: 1 })
  const others = watch.requests.filter((request) => {
    const { pathname } = new URL(request.url())
    return pathname !== '/sign-in/proof' && pathname !== '/api/sign-in/finish'
  })
  expect(others.filter((request) => request.url().includes(secret))).toEqual([])
  expect(others.map((request) => request.postData()).filter((body) => body?.includes(secret))).toEqual([])

  await page.goto(link)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('You are signed in')
})

test('a code signs in; a wrong one gets a message and can be corrected', async ({ page, context, watch }) => {
  watch.allow(/status of 422 .*\/api\/sign-in\/finish/, 'Chromium reports the rejection by itself')
  await askForProof(page, { phone: '+1 (234) 567-8904' })
  await expect(page.getByRole('main')).toContainText('We sent six digits to +1•••04')
  const code = await codeInOutbox(page)
  await page.getByRole('link', { name: 'Back' }).click()
  const field = page.getByRole('textbox', { name: 'Code' })
  await field.fill(code === '123456' ? '654321' : '123456')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('main').getByRole('alert')).toHaveText(
    'This is not the code or link that we sent last. Check it, or ask for a new one.',
  )
  await expect(field).toBeFocused()
  expect(await violations(page)).toEqual([])
  await field.fill(` ${code} `)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL('**/choice')
  expect(await identityOf(context)).toMatchObject({ status: 'no_choice' })
})

test('a private relay address signs in, and the reader reads why no token is made of it (U8)', async ({
  page,
  operator,
}) => {
  await askForProof(page, { email: 'k2x9@privaterelay.appleid.com' })
  await page.goto(await linkInOutbox(page))
  await page.getByRole('button', { name: /^Sign in as/ }).click()
  await page.waitForURL('**/choice')
  await expect(statusLine(page, 'unsupported')).toBeVisible()
  await expect(page.getByRole('main')).toContainText('you signed in with a private relay address')
  await expect(page.getByRole('button', { name: 'Yes, use it for ads' })).toHaveCount(0)
  expect(await operator.calls()).toMatchObject({ generate: 0 })
})
