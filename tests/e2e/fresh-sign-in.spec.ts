import { articles, expectAds, signInAndConsent, signInByApi, signOutByApi, statusLine } from './acts.ts'
import { expect, test } from './fixtures.ts'

test('a reader who consented before has a token on the first page after the next sign-in, without another load', async ({
  page,
  context,
  operator,
  watch,
  email,
}) => {
  await signInAndConsent(context, { email })
  for (const path of ['/choice', '/privacy', `/live/${articles.first}`]) {
    await signOutByApi(context)
    await signInByApi(context, { email })
    await operator.set({})
    const loads = watch.count('GET', path)
    const posts = watch.count('POST', '/api/identity')
    const response = await page.goto(path)
    expect(await response?.text()).toContain('data-uid2-status="refreshing"')
    await expect(statusLine(page, 'available')).toBeVisible()
    if (path.startsWith('/live')) await expectAds(page, 'readable')
    if (path === '/choice')
      await expect(page.getByRole('heading', { name: 'Your answer is yes' })).toBeVisible()
    expect(watch.count('GET', path)).toBe(loads + 1)
    expect(watch.count('POST', '/api/identity')).toBe(posts + 1)
    expect(await operator.calls()).toMatchObject({ generate: 1, refresh: 0 })
  }
})
