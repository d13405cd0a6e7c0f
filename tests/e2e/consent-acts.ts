import type { BrowserContext, Page } from '@playwright/test'

/** A TC string with every consent that is needed. */
export const sufficient = 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJAAIYgAKwAQAKgArABAAqAAA'

/** The server never gets what pages send it: Prebid alone knows of a decision. */
export async function muteServer(context: BrowserContext): Promise<void> {
  const never = new Promise<void>(() => {})
  await context.route('**/api/identity', async (route) => {
    if (route.request().method() === 'POST') await never
    await route.fallback()
  })
}

export const prebidModules = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { pbjs: { installedModules: string[] } }).pbjs.installedModules)
