import {
  articles,
  eidsOf,
  expectAds,
  giveConsent,
  holdPosts,
  identityOf,
  readNext,
  signInAndConsent,
  statusLine,
  tokenInPrebid,
} from './acts.ts'
import { expect, test } from './fixtures.ts'

const article = `/articles/${articles.first}`

test('in one tab nothing of A is sent after A’s sign-out, and the next readers get their own tokens (S1)', async ({
  page,
  context,
  watch,
  email,
}) => {
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email: `a-${email}` })
  await page.goto(article)
  await expectAds(page, 'readable')
  expect(watch.auctions.at(-1)?.eids).toEqual(eidsOf(tokenOfA))
  const ofA = watch.requests.length

  await test.step('a link clicked while the sign-out is under way does not bring the token back', async () => {
    await page.goto('/privacy')
    const asked = watch.count('GET', '/api/identity')
    const release = await holdPosts(page, '/api/forms/sign-out')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    await page.getByRole('link', { name: 'Front page' }).first().click()
    await page.waitForURL((url) => url.pathname === '/')
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    expect(await identityOf(context)).toMatchObject({ status: 'available' })
    expect(watch.count('GET', '/api/identity')).toBe(asked)
    // The answer to the form loads a page.
    const loaded = page.waitForEvent('load')
    await release()
    await loaded
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    expect(await identityOf(context)).toMatchObject({ status: 'signed_out' })
    await expectAds(page, 'none')
    expect(await tokenInPrebid(page)).toBeNull()
  })

  await test.step('B signs in and has B’s token', async () => {
    const { advertisingToken: tokenOfB } = await signInAndConsent(context, { email: `b-${email}` })
    expect(tokenOfB).not.toBe(tokenOfA)
    await page.goto(article)
    await expectAds(page, 'readable')
    expect(watch.auctions.at(-1)?.eids).toEqual(eidsOf(tokenOfB))
  })

  await test.step('C signs in where no page can tell the others, and the open page has C’s token on its next article', async () => {
    await context.clearCookies()
    const { advertisingToken: tokenOfC } = await signInAndConsent(context, { email: `c-${email}` })
    const auctions = watch.auctions.length
    await readNext(page)
    await expect.poll(() => watch.auctions.length).toBeGreaterThan(auctions)
    await expectAds(page, 'readable')
    expect(await tokenInPrebid(page)).toBe(tokenOfC)
    expect(watch.auctions.slice(auctions).map(({ eids }) => eids)).toEqual([eidsOf(tokenOfC)])
  })
  expect(await watch.carrying(tokenOfA, ofA)).toEqual([])
})

test('in two tabs a switch of readers in one takes the token from the other (S1, A12, N23)', async ({
  page,
  context,
  watch,
  email,
}) => {
  const other = await context.newPage()
  await other.goto('/sign-in')
  const { advertisingToken: tokenOfA } = await signInAndConsent(context, { email: `a-${email}` })
  await page.goto(article)
  await expectAds(page, 'readable')
  expect(await tokenInPrebid(page)).toBe(tokenOfA)

  const switched = watch.requests.length
  const tokenOfB = await test.step('when B signs in in a tab that was open before A signed in', async () => {
    const form = other.getByRole('form', { name: 'Sign in as anybody' })
    await form.getByRole('textbox').fill(`b-${email}`)
    await form.getByRole('button', { name: 'Sign in' }).click()
    await other.waitForURL('**/choice')
    await expect.poll(() => tokenInPrebid(page)).toBeNull()
    await expect(statusLine(page, 'no_choice')).toBeVisible()
    await giveConsent(other)
    await readNext(page)
    await expectAds(page, 'readable')
    return tokenInPrebid(page)
  })
  expect(tokenOfB).not.toBe(tokenOfA)

  await test.step('when B signs out, before the server has answered', async () => {
    await other.goto('/privacy')
    const release = await holdPosts(other, '/api/forms/sign-out')
    await other.getByRole('button', { name: 'Sign out' }).click()
    await expect.poll(() => tokenInPrebid(page)).toBeNull()
    expect(await identityOf(context)).toMatchObject({ status: 'available' })
    const signedOut = watch.requests.length
    await release()
    await other.waitForURL((url) => url.pathname === '/')
    await expect(statusLine(page, 'signed_out')).toBeVisible()
    await expectAds(page, 'none')
    expect(await tokenInPrebid(page)).toBeNull()
    expect(await watch.carrying(tokenOfB ?? '', signedOut)).toEqual([])
  })
  expect(await watch.carrying(tokenOfA, switched)).toEqual([])
})
