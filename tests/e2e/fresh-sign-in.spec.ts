import { articles, expectAds, signInAndConsent, signInByApi, signOut, statusLine } from './acts.ts'
import { expect, test } from './fixtures.ts'

for (const path of ['/choice', '/privacy', `/live/${articles.first}`])
  test(`who had said yes and signs in again gets a token on ${path}, without another load`, async ({
    page,
    context,
    operator,
    watch,
    email,
  }) => {
    const reader = { email: `${path.length}-${email}` }
    await signInAndConsent(context, reader)
    await signOut(page)
    await signInByApi(context, reader)
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
    expect(await operator.calls()).toMatchObject({ generate: 2, refresh: 0 })
  })
