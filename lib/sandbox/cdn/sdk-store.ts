import 'server-only'

import type { SdkNames, SdkOptions, Stored } from './sdk-api.ts'

/**
 * Where UID2's SDK for JavaScript keeps an identity: src/storageManager.ts, cookieManager.ts and
 * localStorageManager.ts of IABTechLab/uid2-web-integrations. Local storage, or a cookie of percent-encoded JSON
 * where the page says so; at `init` the one that lives longer counts, later the cookie before the storage; an
 * opt-out is kept for 72 hours.
 *
 * Runs in a browser, served as text: it may use nothing of this module.
 */
export function sdkStore(
  { cookie, storageKey }: Pick<SdkNames, 'cookie' | 'storageKey'>,
  options: SdkOptions,
) {
  const OPT_OUT_MS = 72 * 3_600_000
  const FIELDS = ['advertising_token', 'identity_expires', 'refresh_from', 'refresh_token', 'refresh_expires']
  const path = options.cookiePath ?? '/'
  const domain = options.cookieDomain === undefined ? '' : `;domain=${options.cookieDomain}`

  function parse(text: string | null | undefined): Stored | null {
    if (!text) return null
    const held: unknown = JSON.parse(text)
    if (typeof held !== 'object' || held === null) return null
    const isKnown = FIELDS.every((field) => field in held) || ('status' in held && held.status === 'optout')
    return isKnown ? (held as Stored) : null
  }

  const inStorage = () => parse(localStorage.getItem(storageKey))

  function inCookie(): Stored | null {
    const pair = document.cookie.split('; ').find((each) => each.startsWith(`${cookie}=`))
    return parse(decodeURIComponent(pair?.split('=')[1] ?? ''))
  }

  function removeCookie(): void {
    // biome-ignore lint/suspicious/noDocumentCookie: as the SDK does it.
    document.cookie = `${cookie}=;path=${path}${domain};expires=Tue, 1 Jan 1980 23:59:59 GMT`
  }

  function set(value: Stored): void {
    const text = JSON.stringify(value)
    if (options.useCookie) {
      const expires = new Date(value.refresh_expires).toUTCString()
      // biome-ignore lint/suspicious/noDocumentCookie: as the SDK does it.
      document.cookie = `${cookie}=${encodeURIComponent(text)};path=${path};expires=${expires}${domain}`
      return
    }
    localStorage.setItem(storageKey, text)
    removeCookie()
  }

  return {
    set,
    setOptOut() {
      const expires = Date.now() + OPT_OUT_MS
      set({ refresh_expires: expires, identity_expires: expires, status: 'optout' })
    },
    load: () => inCookie() ?? inStorage(),
    loadLongest() {
      const [first, second] = [inCookie(), inStorage()]
      return first && (!second || first.identity_expires > second.identity_expires) ? first : second
    },
    remove() {
      removeCookie()
      localStorage.removeItem(storageKey)
    },
  }
}
