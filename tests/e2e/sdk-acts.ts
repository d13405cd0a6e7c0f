import type { Page } from '@playwright/test'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { createUid2Client, type Identity } from '#lib/uid2/index.ts'
import { load, openBarePage } from '#tests/support/bare-page.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'
import { test as base } from './fixtures.ts'

/* UID2's SDK on a page without our code: the stand-in, or a build of the real one. */

interface Sdk {
  callbacks: ((event: string, payload: { identity?: Identity | null }) => void)[]
  init(options?: object): void
  setIdentity(identity: object): void
  getIdentity(): Identity | null
  getAdvertisingToken(): string | undefined
  getAdvertisingTokenAsync(): Promise<string>
  hasOptedOut(): boolean | undefined
  isLoginRequired(): boolean
  isInitComplete(): boolean
  disconnect(): void
}
export interface SdkWindow {
  __uid2: Sdk
  __euid: Sdk
  events: string[]
}

interface SdkFixtures {
  operatorUrl: string
  identityFor(email: string): Promise<Identity>
  /** A new identity, as a publisher's server gets it. */
  identity: Identity
}

export const test = base.extend<SdkFixtures>({
  page: async ({ page }, use) => {
    await openBarePage(page)
    await use(page)
  },
  operatorUrl: async ({ baseURL }, use) => use(`${baseURL}/sandbox/operator`),
  identityFor: async ({ operatorUrl }, use) =>
    use(async (email) => {
      const client = createUid2Client({ baseUrl: operatorUrl, ...sandboxPublisher })
      const outcome = await client.generateToken({ email })
      if (outcome.status !== 'success') throw new Error(outcome.status)
      return outcome.identity
    }),
  identity: async ({ identityFor, email }, use) => use(await identityFor(email)),
})

export const due = (identity: Identity): Identity => ({ ...identity, refresh_from: Date.now() - 1_000 })

/** Loads the SDK and records its events from the first one on, as its documentation describes. */
export async function withSdk(page: Page): Promise<void> {
  await page.evaluate(() => {
    ;(window as unknown as SdkWindow).events = []
    const note: Sdk['callbacks'][number] = (event, payload) => {
      ;(window as unknown as SdkWindow).events.push(
        `${event} ${payload.identity === undefined ? '-' : payload.identity !== null}`,
      )
    }
    Object.assign(window, { __uid2: { callbacks: [note] } })
  })
  await load(page, 'uid2-sdk.js')
}

/** Returns the name of the error that `init` throws, or null. */
export const init = (page: Page, options: object) =>
  page.evaluate((options) => {
    try {
      ;(window as unknown as SdkWindow).__uid2.init(options)
      return null
    } catch (error) {
      return (error as Error).name
    }
  }, options)

export const disconnect = (page: Page) =>
  page.evaluate(() => (window as unknown as SdkWindow).__uid2.disconnect())
export const token = (page: Page) =>
  page.evaluate(() => (window as unknown as SdkWindow).__uid2.getAdvertisingTokenAsync().catch(() => null))
export const events = (page: Page) => page.evaluate(() => (window as unknown as SdkWindow).events)
export const stored = (page: Page) => page.evaluate(() => localStorage.getItem('UID2-sdk-identity'))
export const config = (page: Page) =>
  page.evaluate(() => JSON.parse(localStorage.getItem('UID2-sdk-identity_config') ?? 'null'))
export const state = (page: Page) =>
  page.evaluate(() => {
    const { __uid2 } = window as unknown as SdkWindow
    return {
      token: __uid2.getAdvertisingToken(),
      login: __uid2.isLoginRequired(),
      init: __uid2.isInitComplete(),
    }
  })
export const personOf = async (token: string | null, operatorUrl: string) =>
  (await readAsBuyer(operatorUrl, token ?? '')).person
