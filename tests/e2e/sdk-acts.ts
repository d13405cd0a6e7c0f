import type { Page } from '@playwright/test'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { createUid2Client, type Identity } from '#lib/uid2/index.ts'
import { load } from '#tests/support/bare-page.ts'
import { readAsBuyer } from '#tests/support/buyer.ts'

/* UID2's SDK on a page that has nothing of ours: the stand-in, or a build of the real one. */

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

/** An identity as a publisher's server got it a moment ago. */
export async function identityFor(baseUrl: string | undefined, email: string): Promise<Identity> {
  const client = createUid2Client({ baseUrl: operatorOf(baseUrl), ...sandboxPublisher })
  const outcome = await client.generateToken({ email })
  if (outcome.status !== 'success') throw new Error(outcome.status)
  return outcome.identity
}

export const due = (identity: Identity): Identity => ({ ...identity, refresh_from: Date.now() - 1_000 })

/** Notes the SDK's events from before it is there, as its documentation has it. */
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

/** Lets no refresh reach the operator until it is told to. */
export async function holdRefreshes(page: Page): Promise<() => void> {
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/v2/token/refresh*', async (route) => {
    await held
    await route.fallback()
  })
  return release
}
