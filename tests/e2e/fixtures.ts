import { type BrowserContext, type BrowserContextOptions, test as base, expect } from '@playwright/test'
import type { AvailableIdentity } from '#lib/identity/public-identity.ts'
import type { Calls, Fault, Lifetimes } from '#tests/support/operator.ts'
import { PageWatch } from '#tests/support/page-watch.ts'
import { routeSdkBundles } from '#tests/support/sdk-bundle.ts'
import { type Site, startSite } from '#tests/support/site.ts'
import { signInAndConsent } from './acts.ts'

/** The operator inside a sandbox site. */
export interface SandboxOperator {
  /** Replaces lifetimes and faults, and sets the counters to 0. */
  set(state: { lifetimes?: Partial<Lifetimes>; faults?: Fault[] }): Promise<void>
  calls(): Promise<Calls>
}

type Settings = Record<string, string>

interface TestFixtures {
  /** Environment variables of the test's site: `test.use({ settings })`. By default none, as in a new clone. */
  settings: Settings
  site: Site
  operator: SandboxOperator
  /** Records the requests and console errors of all pages. A test with an unexpected console error fails. */
  watch: PageWatch
  /** Opens another browser: another reader's, or with other options. */
  newBrowser(options?: BrowserContextOptions): Promise<BrowserContext>
  /** An address that no other test uses. */
  email: string
  /** The identity of this browser's reader, who has signed in as `email` and consented. */
  reader: AvailableIdentity
}

interface WorkerFixtures {
  /** The site with these settings. A worker starts it when a test first needs it, and keeps it for later tests. */
  siteWith(settings: Settings): Promise<Site>
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  siteWith: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright requires a pattern here.
    async ({}, use) => {
      const sites = new Map<string, Promise<Site>>()
      await use((settings) => {
        const key = JSON.stringify(settings)
        const site = sites.get(key) ?? startSite({ env: settings })
        sites.set(key, site)
        return site
      })
      for (const site of sites.values()) await (await site).stop()
    },
    { scope: 'worker' },
  ],
  settings: [{}, { option: true }],
  site: async ({ siteWith, settings }, use) => use(await siteWith(settings)),
  baseURL: async ({ site }, use) => use(site.origin),
  operator: [
    async ({ site }, use) => {
      const operator = sandboxOperator(site)
      await operator.set({})
      await use(operator)
    },
    { auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  watch: async ({}, use) => {
    const watch = new PageWatch()
    await use(watch)
    expect(watch.complaints(), 'console errors and warnings, uncaught errors').toEqual([])
  },
  context: async ({ context, watch }, use) => {
    watch.follow(context)
    await routeSdkBundles(context)
    await use(context)
  },
  newBrowser: async ({ browser, baseURL, watch }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (options = {}) => {
      const context = await browser.newContext({ ...(baseURL && { baseURL }), ...options })
      contexts.push(context)
      watch.follow(context)
      await routeSdkBundles(context)
      return context
    })
    for (const context of contexts) await context.close()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  email: async ({}, use, { testId, repeatEachIndex }) =>
    use(`reader-${testId}-${repeatEachIndex}@example.com`.toLowerCase()),
  reader: async ({ context, email }, use) => use(await signInAndConsent(context, { email })),
})

function sandboxOperator({ origin }: Pick<Site, 'origin'>): SandboxOperator {
  const faults = `${origin}/sandbox/operator/faults`
  return {
    async set(state) {
      for (const body of [{}, state]) {
        const answer = await fetch(faults, { method: 'POST', body: JSON.stringify(body) })
        if (!answer.ok) throw new Error(`The operator refused its faults: ${await answer.text()}`)
      }
    },
    async calls() {
      return ((await (await fetch(faults)).json()) as { calls: Calls }).calls
    },
  }
}

export { expect }
