import { vi } from 'vitest'
import { refreshBySdk } from '#lib/ads/uid2-sdk.ts'
import type { ClientIdentity } from '#lib/identity/public-identity.ts'
import { clientToken, createBrowserStub, identityOf, SERVER_NOW } from './browser-stub.ts'

/** An identity that the SDK refreshes at once. */
export const due = (token: string) =>
  clientToken(token, { identity: { ...identityOf(token), refresh_from: SERVER_NOW - 1 } })
type Callback = (event: string, payload: { identity?: ClientIdentity | null }) => void
interface Options {
  identity?: ClientIdentity
  baseUrl: string
  callback(state: { advertisingToken?: string }): void
}
export interface PageOptions {
  fails?: boolean
  taken?: boolean
  /** What the SDK initialised itself with before our page calls it. */
  selfInitialised?: ClientIdentity
}

/** The SDK as its owner sees it: its identity, its storage and its events. */
export function createPage({ fails = false, taken = false, selfInitialised }: PageOptions = {}) {
  const browser = createBrowserStub()
  const calls: string[] = []
  const page: { __uid2?: { callbacks?: Callback[] } & Record<string, unknown> } = {}
  const emit: Callback = (event, payload) => {
    for (const callback of page.__uid2?.callbacks ?? []) callback(event, payload)
  }
  let current: ClientIdentity | null = null
  let onChange: Options['callback'] | undefined

  function setCurrent(identity: ClientIdentity): void {
    current = identity
    localStorage.setItem('UID2-sdk-identity', JSON.stringify(identity))
    onChange?.({ advertisingToken: identity.advertising_token })
  }
  const load = vi.fn(async () => {
    if (fails) throw new Error('blocked')
    if (page.__uid2?.init) return
    let isInitialised = false
    Object.assign(page.__uid2 ?? {}, {
      init({ identity, baseUrl, callback }: Options) {
        if (taken) throw new TypeError('Calling init() more than once is not allowed')
        calls.push(`init ${identity?.advertising_token} ${baseUrl}`)
        isInitialised = true
        localStorage.setItem('UID2-sdk-identity_config', JSON.stringify({ baseUrl }))
        onChange = callback
        if (identity) setCurrent(identity)
        emit('InitCompleted', { identity: current })
      },
      setIdentity(identity: ClientIdentity) {
        calls.push(`set ${identity.advertising_token}`)
        setCurrent(identity)
        emit('IdentityUpdated', { identity })
      },
      getIdentity: () => current,
      isInitComplete: () => isInitialised,
      disconnect() {
        calls.push('disconnect')
        current = null
        localStorage.removeItem('UID2-sdk-identity')
        emit('IdentityUpdated', { identity: null })
      },
    })
    emit('SdkLoaded', { identity: null })
    const config = localStorage.getItem('UID2-sdk-identity_config')
    if (selfInitialised || config) {
      isInitialised = true
      current = selfInitialised ?? JSON.parse(localStorage.getItem('UID2-sdk-identity') ?? 'null')
      emit('InitCompleted', { identity: current })
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
    calls,
    load,
    emit,
    sdk: () => page.__uid2 ?? {},
    /** A refresh brought this identity. */
    refresh(identity: ClientIdentity) {
      setCurrent(identity)
      emit('IdentityUpdated', { identity })
    },
    /** The SDK reads its storage, where another tab put this identity. */
    async reread(identity: ClientIdentity, token = identity.advertising_token) {
      localStorage.setItem('UID2-sdk-identity', JSON.stringify(identity))
      current = identity
      onChange?.(token ? { advertisingToken: token } : {})
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
