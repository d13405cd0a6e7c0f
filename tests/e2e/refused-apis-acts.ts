import type { BrowserContext, Page } from '@playwright/test'
import { articles } from './acts.ts'
import { expect } from './fixtures.ts'

/** On each later page of this browser the API is missing, or throws when it is read, as storage does in Firefox. */
export const refuse = (context: BrowserContext, api: string, how: 'missing' | 'throws') =>
  context.addInitScript(
    ({ api, how }) => {
      const path = api.split('.')
      const name = path.pop() ?? ''
      const holder = path.reduce((at, key) => Reflect.get(at, key) as object, window as object)
      const get = () => {
        if (how === 'throws') throw new DOMException('The operation is insecure.', 'SecurityError')
      }
      Object.defineProperty(holder, name, { configurable: true, get, set() {} })
    },
    { api, how },
  )

/** Every kind of page shows its content, not an error page of Next's or ours. */
export async function expectAllPages(page: Page): Promise<void> {
  for (const path of [
    '/',
    `/articles/${articles.first}`,
    `/live/${articles.first}`,
    '/privacy',
    '/sign-in',
    '/choice',
    '/patterns',
  ]) {
    await page.goto(path)
    await expect(page.getByRole('contentinfo')).toContainText('Your privacy choices')
    // The status is the reader's once effects have run.
    await expect(page.locator('[data-uid2-status]').first()).not.toHaveAttribute(
      'data-uid2-status',
      'loading',
    )
    await expect(page.getByText(/something went wrong|the lamp went out|application error/i)).toHaveCount(0)
  }
}
