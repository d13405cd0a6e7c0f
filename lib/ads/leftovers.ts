import { store } from './stored.ts'

/**
 * Where Prebid and the UID2 and EUID SDKs keep identities in the browser: names in `localStorage`, and cookies that
 * script can read. https://docs.prebid.org/dev-docs/modules/userid-submodules/unified2.html,
 * https://unifiedid.com/docs/sdks/sdk-ref-javascript
 */
const prebid = ['__uid2_advertising_token', '__euid_advertising_token']
const sdks = ['UID2-sdk-identity', '__uid_2', 'EUID-sdk-identity', '__euid']

/** An object left by a former set-up takes precedence over the token given, whoever's it was. */
export const removePrebidLeftovers = (): void => prebid.forEach(remove)

export const removeLeftovers = (): void => [...prebid, ...sdks].forEach(remove)

function remove(name: string): void {
  store(name, null)
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser.
  document.cookie = `${name}=; Max-Age=0; path=/`
}

/** Prebid's own switch, which also stops the identifiers of other vendors. Lifted by a new yes only. */
export const setPrebidOptOut = (optedOut: boolean): void => store('_pbjs_id_optout', optedOut ? '1' : null)
