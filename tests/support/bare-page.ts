import type { Page } from '@playwright/test'

/** A page of the site's origin with two places for ads and nothing of ours on it. */
export async function openBarePage(page: Page): Promise<void> {
  const head = '<title>Bare</title><link rel="icon" href="data:,">'
  const body = `<!doctype html>${head}<div id="top"></div><div id="side"></div>`
  await page.route('**/bare', (route) => route.fulfill({ contentType: 'text/html', body }))
  await page.goto('/bare')
}

/** Loads a stand-in as sites load the script that it stands in for. */
export async function load(page: Page, script: string): Promise<void> {
  await page.addScriptTag({ url: `/sandbox/cdn/${script}` })
}
