import { type BrowserContext, type BrowserContextOptions, test as base, expect } from '@playwright/test'
import type { Calls, Fault, Lifetimes } from '#tests/support/operator.ts'
import { PageWatch } from '#tests/support/page-watch.ts'
import { useSdkBundles } from '#tests/support/sdk-bundle.ts'
import { type Site, startSite } from '#tests/support/site.ts'

/** The operator that a sandbox site has inside. */
export interface SandboxOperator {
  /** Starts afresh with these lifetimes and faults, and with counters at 0. */
  set(state: { lifetimes?: Partial<Lifetimes>; faults?: Fault[] }): Promise<void>
  calls(): Promise<Calls>
}

interface TestFixtures {
  operator: SandboxOperator
  watch: PageWatch
  /** A browser of another person, or of the same one set up otherwise. */
  newBrowser(options?: BrowserContextOptions): Promise<BrowserContext>
  /** An address that no other test uses. */
  email: string
}

/** Every test runs against the site as cloned: sandbox mode, no setting at all. */
export const test = base.extend<TestFixtures, { site: Site }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright wants a pattern here.
    async ({}, use) => {
      const site = await startSite()
      await use(site)
      await site.stop()
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ site }, use) => use(site.origin),
  operator: [
    async ({ site }, use) => {
      const operator = sandboxOperator(site)
      await operator.set({})
      await use(operator)
      await operator.set({})
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
    await useSdkBundles(context)
    await use(context)
  },
  newBrowser: async ({ browser, baseURL, watch }, use) => {
    const contexts: BrowserContext[] = []
    await use(async (options = {}) => {
      const context = await browser.newContext({ ...(baseURL && { baseURL }), ...options })
      contexts.push(context)
      watch.follow(context)
      await useSdkBundles(context)
      return context
    })
    for (const context of contexts) await context.close()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  email: async ({}, use, { testId, repeatEachIndex }) =>
    use(`reader-${testId}-${repeatEachIndex}@example.com`.toLowerCase()),
})

export function sandboxOperator({ origin }: Pick<Site, 'origin'>): SandboxOperator {
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
