import 'server-only'

import type { SdkCallback, SdkEvent, SdkIdentity, SdkNames, SdkOptions, SdkOptOut, Stored } from './sdk-api'
import type { sdkPromises } from './sdk-promises'
import type { sdkRefresh } from './sdk-refresh'
import type { sdkStore } from './sdk-store'

/** The parts of the script. Each is a self-contained function. */
export interface SdkParts {
  sdkPromises: typeof sdkPromises
  sdkRefresh: typeof sdkRefresh
  sdkStore: typeof sdkStore
}

/**
 * A stand-in for UID2's SDK for JavaScript, `https://cdn.prod.uidapi.com/uid2-sdk-4.0.1.js`, with the part
 * that a client-server integration uses: https://unifiedid.com/docs/sdks/sdk-ref-javascript, and
 * src/sdkBase.ts, uid2Sdk.ts, callbackManager.ts and initCallbacks.ts of IABTechLab/uid2-web-integrations,
 * release 4.0.1 (4.0.95 is the same), rewritten. It copies surprising behaviour too, because pages have to
 * handle it. Missing are generating in the browser, `__uid2Helper`, and the exported classes. Times are of
 * the wall clock, as in the SDK.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function sdk(names: SdkNames, parts: SdkParts): void {
  const page = window as unknown as Record<string, unknown>
  const before = page[names.global] as { callbacks?: SdkCallback[] } | undefined
  // The script was loaded twice.
  if (before && 'init' in before) return

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

  const callbacks = before?.callbacks ?? []
  const isOptOut = (identity: Stored | null | undefined): identity is SdkOptOut =>
    typeof identity === 'object' && identity !== null && 'status' in identity && identity.status === 'optout'
  const hasPassed = (time: number) => time <= Date.now()
  // biome-ignore lint/suspicious/noConsole: the SDK speaks to publishers in the console of their browser.
  const warn = (text: string, cause: unknown) => console.warn(`[${names.product}] ${text}`, cause)

  const store = parts.sdkStore(names)
  const client = `client=${names.product.toLowerCase()}-sdk-${VERSION}`
  let options: SdkOptions = {}
  const calls = parts.sdkRefresh(
    names,
    () => `${options.baseUrl ?? names.baseUrl}/v2/token/refresh?${client}`,
  )
  const promises = parts.sdkPromises(calls.isUnderWay)
  const initCallbacks: NonNullable<SdkOptions['callback']>[] = []
  /** Undefined: not set, or ended by `disconnect`. */
  let held: Stored | null | undefined
  /** `init` was called. */
  let hasOptions = false
  let isInitialised = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const told = { loaded: false, initialised: false }

  /** Before `init` and after `disconnect` the stored identity counts, even if another script stored it. */
  const current = () => held ?? store.load()

  /** No identity yet but a request running, or an expired identity that can be refreshed. */
  function isComing(identity: Stored | null): boolean {
    if (!identity) return calls.isUnderWay()
    return hasPassed(identity.identity_expires) && !hasPassed(identity.refresh_expires)
  }

  function getIdentity(): SdkIdentity | null {
    const identity = current()
    return store.isIdentity(identity) && !isComing(identity) ? identity : null
  }

  function isIdentityAvailable(): boolean {
    const identity = current()
    const isGood = identity && !hasPassed(identity.refresh_expires) && !isComing(identity)
    return isGood || calls.isUnderWay()
  }

  function isLoginRequired(): boolean {
    return isComing(current()) ? false : !isIdentityAvailable()
  }

  function run(callback: SdkCallback, event: SdkEvent, payload: { identity?: SdkIdentity | null }): void {
    try {
      callback(event, payload)
    } catch (error) {
      warn('SDK callback threw an exception', error)
    }
  }

  function announce(event: SdkEvent): void {
    if (event === 'SdkLoaded') told.loaded = true
    if (event === 'InitCompleted') told.initialised = true
    const identity = getIdentity()
    for (const callback of callbacks) run(callback, event, { identity })
  }

  function disconnect(): void {
    promises.rejectAll(new Error(`${names.product} SDK aborted.`))
    clearTimeout(timer)
    calls.abort()
    store.remove(options)
    held = undefined
    announce('IdentityUpdated')
  }

  function validate(identity: Stored | null): { status: number; text: string; valid?: SdkIdentity } {
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

  /** Sets the identity, or removes everything. Returns what is to be refreshed. */
  function take(
    identity: Stored | null,
    outcome?: { status: number; text: string },
  ): SdkIdentity | undefined {
    if (!hasOptions) throw new Error('Cannot set identity before calling init.')
    const { valid, ...result } = validate(identity)
    if (valid && held && !isOptOut(held) && valid.advertising_token === held.advertising_token) return valid
    if (valid) store.set(valid, options)
    else if (result.status === STATUS.optOut || outcome?.status === STATUS.optOut) store.setOptOut(options)
    else disconnect()
    held = store.load(options)
    const { status, text } = outcome ?? result
    const advertisingToken = getIdentity()?.advertising_token
    for (const callback of initCallbacks)
      try {
        callback({ advertisingToken, advertising_token: advertisingToken, status, statusText: text })
      } catch (error) {
        warn('SDK init callback threw an exception', error)
      }
    return valid
  }

  function takeAndKeepFresh(identity: Stored | null): SdkIdentity | undefined {
    const valid = take(identity)
    if (!valid) return
    if (hasPassed(valid.refresh_from)) refresh(valid)
    else wait()
    return valid
  }

  function wait(): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (isLoginRequired()) return
      takeAndKeepFresh(store.load(options))
      // `disconnect` cannot stop the next timer either.
      timer = undefined
    }, options.refreshRetryPeriod ?? RETRY_MS)
  }

  function refresh(identity: SdkIdentity): void {
    calls
      .call(identity)
      .then(
        (answer) => {
          if (answer.status === 'success') {
            take(answer.body, { status: STATUS.refreshed, text: 'Identity refreshed' })
            wait()
          } else if (answer.status === 'optout') {
            take(null, { status: STATUS.optOut, text: 'User opted out' })
            announce('OptoutReceived')
          } else take(null, { status: STATUS.refreshExpired, text: 'Refresh token expired' })
        },
        // Also after an abort: the SDK then restores the identity that it was refreshing.
        (reason) => {
          warn('Encountered an error refreshing the token', reason)
          take(identity)
          if (!hasPassed(identity.refresh_expires)) wait()
        },
      )
      .then(() => announce('IdentityUpdated'))
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

  function initFirst(given: SdkOptions): void {
    store.config.set(given)
    options = given
    hasOptions = true
    if (given.callback) initCallbacks.push(given.callback)
    takeAndKeepFresh(given.identity ?? store.loadLongest(options))
  }

  /**
   * A change of options. A new identity that does not expire later than the earlier `init`'s is stored but
   * not used. No request is aborted.
   */
  function initAgain(given: SdkOptions): void {
    const former = { ...options }
    Object.assign(options, given)
    if (given.callback && given.callback !== former.callback) initCallbacks.push(given.callback)
    const isNewer =
      !given.identity ||
      !former.identity ||
      given.identity.identity_expires > former.identity.identity_expires
    const identity = isNewer ? given.identity : given.callback && former.identity
    if (identity) takeAndKeepFresh(identity)
    if (given.refreshRetryPeriod && given.refreshRetryPeriod !== former.refreshRetryPeriod) wait()
    store.config.remove(former)
    store.config.set(options)
    if (options.identity) store.move(options.identity, options, former)
  }

  const api = {
    callbacks,
    init(given?: SdkOptions): void {
      check(given)
      if (isInitialised) initAgain(given)
      else initFirst(given)
      isInitialised = true
      announce('InitCompleted')
      if (isOptOut(held)) announce('OptoutReceived')
    },
    setIdentity(identity: Stored): void {
      calls.abort()
      const valid = takeAndKeepFresh(identity)
      if (isOptOut(identity)) announce('OptoutReceived')
      if (valid || isOptOut(identity)) announce('IdentityUpdated')
    },
    getIdentity,
    getAdvertisingToken: () => getIdentity()?.advertising_token,
    getAdvertisingTokenAsync: () => promises.promise(getIdentity()?.advertising_token),
    isInitComplete: () => isInitialised,
    isIdentityAvailable,
    isLoginRequired,
    hasOptedOut: () => (isInitialised ? isOptOut(held) : undefined),
    disconnect,
  }

  callbacks.push((event, { identity }) => promises.hear(event, identity))
  /** Late callbacks get the past event. */
  callbacks.push = (...added: SdkCallback[]) => {
    for (const callback of added) {
      if (told.loaded) run(callback, 'SdkLoaded', {})
      if (told.initialised) run(callback, 'InitCompleted', { identity: getIdentity() })
    }
    return Array.prototype.push.apply(callbacks, added)
  }
  page[names.global] = api
  announce('SdkLoaded')
  const config = store.config.load()
  if (config) api.init(config)
}
