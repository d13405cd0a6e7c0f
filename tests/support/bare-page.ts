import type { Page } from '@playwright/test'

/** A page on the site's origin with two ad places and none of our scripts. */
export async function openBarePage(page: Page): Promise<void> {
  const head = '<title>Bare</title><link rel="icon" href="data:,">'
  const body = `<!doctype html>${head}<div id="top"></div><div id="side"></div>`
  await page.route('**/bare', (route) => route.fulfill({ contentType: 'text/html', body }))
  await page.goto('/bare')
}

/** Loads a stand-in as sites load the real script. */
export async function load(page: Page, script: string): Promise<void> {
  await page.addScriptTag({ url: `/sandbox/cdn/${script}` })
}
