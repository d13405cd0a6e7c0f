import { articles } from './acts.ts'
import { expect, test } from './fixtures.ts'

test('a page whose later scripts cannot be loaded stays readable, without its status line', async ({
  page,
  site,
  watch,
}) => {
  watch.allow(/./, 'the browser reports each script that it did not get')
  const path = `/articles/${articles.first}`
  const html = await (await fetch(site.origin + path)).text()
  await page.route('**/_next/static/chunks/*.js', (route) =>
    html.includes(new URL(route.request().url()).pathname) ? route.fallback() : route.abort(),
  )
  await page.goto(path)
  await expect(page.locator('.status-bar')).toHaveCount(0)
  await expect(page.locator('article h1')).toBeVisible()
})
