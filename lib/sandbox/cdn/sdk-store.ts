import 'server-only'

import type { SdkIdentity, SdkNames, SdkOptions, Stored } from './sdk-api'

/** The options for the cookie, and those that are stored for the next page. */
export type SdkConfig = Pick<
  SdkOptions,
  'refreshRetryPeriod' | 'baseUrl' | 'useCookie' | 'cookiePath' | 'cookieDomain'
>

/**
 * How UID2's SDK for JavaScript stores an identity and its configuration: src/storageManager.ts,
 * cookieManager.ts, localStorageManager.ts and configManager.ts of IABTechLab/uid2-web-integrations, release
 * 4.0.1. It uses local storage, or cookies of percent-encoded JSON where the page asks for that. At the first
 * `init` the identity that expires later counts, afterwards the cookie before the storage. A cookie of
 * version 1 of the SDK has no times: it gets some and is written again. An opt-out is kept for 72 hours.
 *
 * It runs in a browser and is served as text, so it may use nothing else of this module.
 */
export function sdkStore({ cookie, storageKey }: Pick<SdkNames, 'cookie' | 'storageKey'>) {
  const HOUR_MS = 3_600_000
  const FIELDS = ['advertising_token', 'identity_expires', 'refresh_from', 'refresh_token', 'refresh_expires']
  const places = { key: storageKey, configKey: `${storageKey}_config`, configCookie: `${cookie}_config` }

  const isObject = (held: unknown): held is Record<string, unknown> =>
    typeof held === 'object' && held !== null

  function known(held: unknown): Stored | null {
    if (!isObject(held)) return null
    return isIdentity(held) || held.status === 'optout' ? (held as unknown as Stored) : null
  }

  const isIdentity = (held: unknown): held is SdkIdentity =>
    isObject(held) && FIELDS.every((field) => field in held)

  function parse(text: string | null | undefined): unknown {
    return text ? JSON.parse(text) : null
  }

  function readCookie(name: string): unknown {
    const pair = document.cookie.split('; ').find((each) => each.startsWith(`${name}=`))
    return parse(decodeURIComponent(pair?.split('=')[1] ?? ''))
  }

  const pathOf = (options: SdkConfig) => `;path=${options.cookiePath ?? '/'}`

  function writeCookie(name: string, value: object, options: SdkConfig, expires: string): void {
    const domain = options.cookieDomain === undefined ? '' : `;domain=${options.cookieDomain}`
    // biome-ignore lint/suspicious/noDocumentCookie: as the SDK does it.
    document.cookie = `${name}=${encodeURIComponent(JSON.stringify(value))} ${pathOf(options)}${expires}${domain}`
  }

  function removeCookie(name: string, options: SdkConfig): void {
    const domain = `;domain=${options.cookieDomain ?? ''}`
    // biome-ignore lint/suspicious/noDocumentCookie: as the SDK does it.
    document.cookie = `${name}=${pathOf(options)}${domain};expires=Tue, 1 Jan 1980 23:59:59 GMT`
  }

  const inStorage = () => known(parse(localStorage.getItem(places.key)))

  function inCookie(options: SdkConfig): Stored | null {
    const held = readCookie(cookie)
    if (known(held) || !isObject(held) || !held.advertising_token || !held.refresh_token) return known(held)
    const now = Date.now()
    const times = {
      refresh_from: now,
      refresh_expires: now + 168 * HOUR_MS,
      identity_expires: now + 4 * HOUR_MS,
    }
    const migrated = { ...times, ...held } as unknown as SdkIdentity
    setCookie(migrated, options)
    return migrated
  }

  function setCookie(value: Stored, options: SdkConfig): void {
    writeCookie(cookie, value, options, `;expires=${new Date(value.refresh_expires).toUTCString()}`)
  }

  function set(value: Stored, options: SdkConfig): void {
    if (options.useCookie) {
      setCookie(value, options)
      return
    }
    localStorage.setItem(places.key, JSON.stringify(value))
    if (inStorage()) removeCookie(cookie, options)
  }

  return {
    isIdentity,
    set,
    setOptOut(options: SdkConfig) {
      const expires = Date.now() + 72 * HOUR_MS
      set({ refresh_expires: expires, identity_expires: expires, status: 'optout' }, options)
    },
    /** Without options, before `init`, no cookie is migrated. */
    load: (options?: SdkConfig) => (options ? inCookie(options) : known(readCookie(cookie))) ?? inStorage(),
    loadLongest(options: SdkConfig) {
      const [second, first] = [inStorage(), inCookie(options)]
      return first && (!second || first.identity_expires > second.identity_expires) ? first : second
    },
    remove(options: SdkConfig) {
      removeCookie(cookie, options)
      localStorage.removeItem(places.key)
    },
    /** A later `init` moves the stored value to its own place. */
    move(value: Stored, options: SdkConfig, before: SdkConfig) {
      if (before.useCookie === true) removeCookie(cookie, before)
      else if (before.useCookie === false) localStorage.removeItem(places.key)
      set(value, options)
    },
    config: {
      load: () =>
        (readCookie(places.configCookie) ??
          parse(localStorage.getItem(places.configKey))) as SdkConfig | null,
      set(options: SdkConfig) {
        const { refreshRetryPeriod, baseUrl, useCookie, cookiePath, cookieDomain } = options
        const config = { refreshRetryPeriod, baseUrl, useCookie, cookiePath, cookieDomain }
        if (useCookie) writeCookie(places.configCookie, config, options, '')
        else localStorage.setItem(places.configKey, JSON.stringify(config))
      },
      remove(before: SdkConfig) {
        if (before.useCookie) removeCookie(places.configCookie, before)
        else localStorage.removeItem(places.configKey)
      },
    },
  }
}
