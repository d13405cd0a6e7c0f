import { vi } from 'vitest'
import { refreshBySdk } from '#lib/ads/uid2-sdk.ts'
import type { AvailableIdentity, ClientIdentity } from '#lib/identity/public-identity.ts'
import { available, createBrowserStub, SERVER_NOW } from './browser-stub.ts'

export const later = (ms: number) => SERVER_NOW + ms

export const identityOf = (token: string): ClientIdentity => ({
  advertising_token: token,
  refresh_token: `refresh of ${token}`,
  identity_expires: SERVER_NOW + 60_000,
  refresh_from: SERVER_NOW + 30_000,
  refresh_expires: SERVER_NOW + 600_000,
  refresh_response_key: 'key',
})
/** One that the SDK refreshes as soon as it has it. */
export const due = (token: string) =>
  client(token, { identity: { ...identityOf(token), refresh_from: SERVER_NOW - 1 } })
export const client = (token: string, over: Partial<AvailableIdentity> = {}) =>
  available(token, { identity: identityOf(token), ...over })

type Callback = (event: string, payload: { identity?: ClientIdentity | null }) => void
interface Options {
  identity?: ClientIdentity
  baseUrl: string
  callback(state: { advertisingToken?: string }): void
}
export interface PageOptions {
  fails?: boolean
  taken?: boolean
  /** What the SDK has taken up by itself before our page gets to it. */
  selfInitialised?: ClientIdentity
}

/** As much of the SDK as its owner sees: which identity it works on, what it stores, and whom it tells when. */
export function createPage({ fails = false, taken = false, selfInitialised }: PageOptions = {}) {
  const browser = createBrowserStub()
  const told: string[] = []
  const page: { __uid2?: { callbacks?: Callback[] } & Record<string, unknown> } = {}
  const say: Callback = (event, payload) => {
    for (const callback of page.__uid2?.callbacks ?? []) callback(event, payload)
  }
  let works: ClientIdentity | null = null
  let listen: Options['callback'] | undefined

  function takeUp(identity: ClientIdentity): void {
    works = identity
    localStorage.setItem('UID2-sdk-identity', JSON.stringify(identity))
    listen?.({ advertisingToken: identity.advertising_token })
  }
  const load = vi.fn(async () => {
    if (fails) throw new Error('blocked')
    if (page.__uid2?.init) return
    let isInitialised = false
    Object.assign(page.__uid2 ?? {}, {
      init({ identity, baseUrl, callback }: Options) {
        if (taken) throw new TypeError('Calling init() more than once is not allowed')
        told.push(`init ${identity?.advertising_token} ${baseUrl}`)
        isInitialised = true
        localStorage.setItem('UID2-sdk-identity_config', JSON.stringify({ baseUrl }))
        listen = callback
        if (identity) takeUp(identity)
        say('InitCompleted', { identity: works })
      },
      setIdentity(identity: ClientIdentity) {
        told.push(`set ${identity.advertising_token}`)
        takeUp(identity)
        say('IdentityUpdated', { identity })
      },
      getIdentity: () => works,
      isInitComplete: () => isInitialised,
      disconnect() {
        told.push('disconnect')
        works = null
        localStorage.removeItem('UID2-sdk-identity')
        say('IdentityUpdated', { identity: null })
      },
    })
    say('SdkLoaded', { identity: null })
    const config = localStorage.getItem('UID2-sdk-identity_config')
    if (selfInitialised || config) {
      isInitialised = true
      works = selfInitialised ?? JSON.parse(localStorage.getItem('UID2-sdk-identity') ?? 'null')
      say('InitCompleted', { identity: works })
    }
  })
  const tokenStore = { on: browser.tokenStore.on, renew: vi.fn(), recheck: vi.fn() }
  refreshBySdk({
    tokenStore,
    product: 'uid2',
    operatorUrl: 'https://operator.example',
    load,
    now: () => SERVER_NOW + browser.env.now(),
    setTimeout: browser.env.setTimeout,
    page: page as never,
  })
  return {
    browser,
    tokenStore,
    told,
    load,
    say,
    sdk: () => page.__uid2 ?? {},
    /** A refresh has brought another one. */
    refresh(identity: ClientIdentity) {
      takeUp(identity)
      say('IdentityUpdated', { identity })
    },
    /** The SDK looks at its storage, where another tab has put this one. */
    async reread(identity: ClientIdentity, token = identity.advertising_token) {
      localStorage.setItem('UID2-sdk-identity', JSON.stringify(identity))
      works = identity
      listen?.(token ? { advertisingToken: token } : {})
      await browser.advance(1)
    },
    start: browser.tokenStore.start,
    clear: browser.tokenStore.clear,
  }
}

export const renewedTo = (token: string, { identity_expires, refresh_from } = identityOf(token)) => ({
  advertisingToken: token,
  identityExpires: identity_expires,
  refreshFrom: refresh_from,
})
