import type { Page } from '@playwright/test'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { createUid2Client, type Identity } from '#lib/uid2/index.ts'
import { load } from '#tests/support/bare-page.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'

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
export const operatorOf = (baseUrl: string | undefined) => `${baseUrl}/sandbox/operator`

/** A new identity, as a publisher's server gets it. */
export async function identityFor(baseUrl: string | undefined, email: string): Promise<Identity> {
  const client = createUid2Client({ baseUrl: operatorOf(baseUrl), ...sandboxPublisher })
  const outcome = await client.generateToken({ email })
  if (outcome.status !== 'success') throw new Error(outcome.status)
  return outcome.identity
}

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

export const init = (page: Page, options: object) =>
  page.evaluate((options) => {
    try {
      ;(window as unknown as SdkWindow).__uid2.init(options)
      return null
    } catch (error) {
      return (error as Error).name
    }
  }, options)

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
export const personOf = async (token: string | null, baseUrl: string) =>
  (await readAsBuyer(baseUrl, token ?? '')).person
