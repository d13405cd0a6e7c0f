import 'server-only'

import type {
  SdkCallback,
  SdkEvent,
  SdkIdentity,
  SdkNames,
  SdkOptions,
  SdkOptOut,
  Stored,
} from './sdk-api.ts'
import type { sdkRefresh } from './sdk-refresh.ts'
import type { sdkStore } from './sdk-store.ts'

/** The parts that the script is made of; each is a function that is complete in itself. */
export interface SdkParts {
  sdkRefresh: typeof sdkRefresh
  sdkStore: typeof sdkStore
}

/**
 * A stand-in for UID2's SDK for JavaScript, `https://cdn.prod.uidapi.com/uid2-sdk-4.0.1.js`, in as much as a
 * client-server integration uses it: https://unifiedid.com/docs/sdks/sdk-ref-javascript, and src/sdkBase.ts,
 * callbackManager.ts, promiseHandler.ts and initCallbacks.ts of IABTechLab/uid2-web-integrations, told in words of
 * our own. Times are of the wall clock, as there. A second `init` throws, as up to version 3 and in the documentation;
 * later sources take it as a change of options, which is left out, as generating in the browser is.
 *
 * Runs in a browser, served as text: it may use nothing of this module.
 */
export function sdk(names: SdkNames, parts: SdkParts): void {
  const VERSION = '4.0.1'
  const RETRY_MS = 5_000
  const STATUS = {
    established: 0,
    refreshed: 1,
    expired: 100,
    none: -1,
    invalid: -2,
    refreshExpired: -3,
    optOut: -4,
  }

  const page = window as unknown as Record<string, unknown>
  const { callbacks = [] } = (page[names.global] ?? {}) as { callbacks?: SdkCallback[] }
  const isOptOut = (held: Stored | null | undefined): held is SdkOptOut =>
    typeof held === 'object' && held !== null && 'status' in held && held.status === 'optout'
  const hasPassed = (time: number) => time <= Date.now()
  // biome-ignore lint/suspicious/noConsole: the SDK speaks to publishers in the console of their browser.
  const warn = (text: string) => console.warn(`[${names.product}] ${text}`)

  let options: SdkOptions = {}
  let store = parts.sdkStore(names, options)
  let calls = parts.sdkRefresh('')
  /** Undefined: none was ever set. */
  let held: Stored | null | undefined
  let isInitialised = false
  let isSettled = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let waiting: { resolve(token: string): void; reject(reason: unknown): void }[] = []
  const told = { loaded: false, initialised: false }

  function getIdentity(): SdkIdentity | null {
    if (!held || isOptOut(held)) return null
    const isBetween = hasPassed(held.identity_expires) && !hasPassed(held.refresh_expires)
    return isBetween ? null : held
  }

  function tell(callback: SdkCallback, event: SdkEvent): void {
    try {
      callback(event, event === 'SdkLoaded' ? {} : { identity: getIdentity() })
    } catch (error) {
      warn(`SDK callback threw an exception: ${error}`)
    }
  }

  /** Before `init` nothing is told but that the SDK is there. */
  function announce(event: SdkEvent): void {
    if (event === 'SdkLoaded') told.loaded = true
    if (event === 'InitCompleted') told.initialised = true
    if (!told.initialised && event !== 'SdkLoaded') return
    if (event === 'InitCompleted' || event === 'IdentityUpdated') settle(event)
    for (const callback of [...callbacks]) tell(callback, event)
  }

  function settle(event: SdkEvent): void {
    if (event === 'InitCompleted') isSettled = true
    if (calls.isUnderWay()) return
    const token = getIdentity()?.advertising_token
    for (const { resolve, reject } of waiting)
      token ? resolve(token) : reject(new Error('No identity available.'))
    waiting = []
  }

  /** Ends what is under way without telling any callback. */
  function abort(reason: unknown = new Error(`${names.product} SDK aborted.`)): void {
    isInitialised = true
    isSettled = true
    for (const { reject } of waiting) reject(reason)
    waiting = []
    clearTimeout(timer)
    calls.abort()
  }

  function judge(identity: Stored | null): { status: number; text: string; valid?: SdkIdentity } {
    if (!identity) return { status: STATUS.none, text: 'Identity not available' }
    if (isOptOut(identity)) return { status: STATUS.optOut, text: 'User has opted out' }
    for (const field of ['advertising_token', 'refresh_token'] as const)
      if (!identity[field])
        return { status: STATUS.invalid, text: `${field} is not available or is not valid` }
    if (hasPassed(identity.refresh_expires))
      return { status: STATUS.refreshExpired, text: 'Identity expired, refresh expired' }
    if (hasPassed(identity.identity_expires))
      return { status: STATUS.expired, text: 'Identity expired, refresh still valid', valid: identity }
    return held === undefined
      ? { status: STATUS.established, text: 'Identity established', valid: identity }
      : { status: STATUS.refreshed, text: 'Identity refreshed', valid: identity }
  }

  /** Takes an identity over, or drops everything; says what there is to keep fresh. */
  function take(
    identity: Stored | null,
    outcome?: { status: number; text: string },
  ): SdkIdentity | undefined {
    const { valid, ...verdict } = judge(identity)
    if (valid && held && !isOptOut(held) && valid.advertising_token === held.advertising_token) return valid
    const { status, text } = outcome ?? verdict
    if (valid) store.set(valid)
    else if (status === STATUS.optOut) store.setOptOut()
    else {
      abort()
      store.remove()
    }
    held = store.load()
    const advertisingToken = getIdentity()?.advertising_token
    try {
      options.callback?.({ advertisingToken, advertising_token: advertisingToken, status, statusText: text })
    } catch (error) {
      warn(`SDK init callback threw an exception: ${error}`)
    }
    return valid
  }

  function keepFresh(identity: SdkIdentity): void {
    if (hasPassed(identity.refresh_from)) void refresh(identity)
    else wait()
  }

  function wait(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (api.isLoginRequired()) return
      const valid = take(store.load())
      if (valid) keepFresh(valid)
    }, options.refreshRetryPeriod ?? RETRY_MS)
  }

  async function refresh(identity: SdkIdentity): Promise<void> {
    try {
      const answer = await calls.call(identity)
      if (answer.status === 'success') {
        take(answer.body, { status: STATUS.refreshed, text: 'Identity refreshed' })
        wait()
      } else if (answer.status === 'optout') {
        take(null, { status: STATUS.optOut, text: 'User opted out' })
        announce('OptoutReceived')
      } else take(null, { status: STATUS.refreshExpired, text: 'Refresh token expired' })
    } catch (error) {
      warn(`Encountered an error refreshing the token: ${error}`)
      take(identity)
      if (!hasPassed(identity.refresh_expires)) wait()
    }
    announce('IdentityUpdated')
  }

  function check(given: SdkOptions | undefined): asserts given is SdkOptions {
    if (typeof given !== 'object' || given === null) throw new TypeError('opts must be an object')
    const { callback, refreshRetryPeriod } = given
    if (callback !== undefined && typeof callback !== 'function')
      throw new TypeError('opts.callback, if provided, must be a function')
    if (refreshRetryPeriod === undefined) return
    if (typeof refreshRetryPeriod !== 'number')
      throw new TypeError('opts.refreshRetryPeriod must be a number')
    if (refreshRetryPeriod < 1_000) throw new RangeError('opts.refreshRetryPeriod must be >= 1000')
  }

  const api = {
    callbacks,
    init(given?: SdkOptions): void {
      if (isInitialised) throw new TypeError('Calling init() more than once is not allowed')
      check(given)
      options = given
      store = parts.sdkStore(names, options)
      const client = `client=${names.product.toLowerCase()}-sdk-${VERSION}`
      calls = parts.sdkRefresh(`${options.baseUrl ?? names.baseUrl}/v2/token/refresh?${client}`)
      const valid = take(options.identity ?? store.loadLongest())
      if (valid) keepFresh(valid)
      isInitialised = true
      announce('InitCompleted')
      if (isOptOut(held)) announce('OptoutReceived')
    },
    setIdentity(identity: Stored): void {
      if (!told.initialised) throw new Error('Cannot set identity before calling init.')
      calls.abort()
      const valid = take(identity)
      if (valid) keepFresh(valid)
      if (isOptOut(identity)) announce('OptoutReceived')
      if (valid || isOptOut(identity)) announce('IdentityUpdated')
    },
    getIdentity,
    getAdvertisingToken: () => getIdentity()?.advertising_token,
    /** Waits for `init`, and for a refresh that is under way. */
    getAdvertisingTokenAsync(): Promise<string> {
      if (!isSettled || calls.isUnderWay())
        return new Promise((resolve, reject) => {
          waiting.push({ resolve, reject })
        })
      const token = getIdentity()?.advertising_token
      return token ? Promise.resolve(token) : Promise.reject(new Error('Identity not available'))
    },
    isLoginRequired: () =>
      isInitialised ? !(calls.isUnderWay() || (held && !hasPassed(held.refresh_expires))) : undefined,
    hasOptedOut: () => (isInitialised ? isOptOut(held) : undefined),
    disconnect(): void {
      abort(`${names.product} SDK disconnected.`)
      store.remove()
      held = undefined
      announce('IdentityUpdated')
    },
    abort,
    /** For pages that load the Secure Signals script themselves. */
    setupGoogleSecureSignals(): void {
      const provider = page[names.signalProvider] as { registerSecureSignalProvider(): void } | undefined
      provider?.registerSecureSignalProvider()
    },
  }

  /** Who comes late is told what has been. */
  callbacks.push = (...added: SdkCallback[]) => {
    for (const callback of added) {
      if (told.loaded) tell(callback, 'SdkLoaded')
      if (told.initialised) tell(callback, 'InitCompleted')
    }
    return Array.prototype.push.apply(callbacks, added)
  }
  page[names.global] = api
  announce('SdkLoaded')
}
