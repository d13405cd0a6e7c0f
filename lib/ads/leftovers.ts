import { removeEverywhere, store, stored } from './stored.ts'

/**
 * Where Prebid and the UID2 and EUID SDKs keep identities in the browser: names in `localStorage`, and cookies that
 * script can read. https://docs.prebid.org/dev-docs/modules/userid-submodules/unified2.html,
 * https://unifiedid.com/docs/sdks/sdk-ref-javascript
 */
const prebid = ['__uid2_advertising_token', '__euid_advertising_token']
const sdks = ['UID2-sdk-identity', '__uid_2', 'EUID-sdk-identity', '__euid']

/** Ours beside the SDK's: which token it has made of which. */
export const SDK_MARK = 'uid2_sdk'

/** An object left by a former set-up takes precedence over the token given, whoever's it was. */
export const removePrebidLeftovers = (): void => prebid.forEach(removeEverywhere)

export const removeLeftovers = (): void => [...prebid, ...sdks, SDK_MARK].forEach(removeEverywhere)

/** Prebid's own switch, which also stops the identifiers of other vendors. Whatever is in it means a no. */
const OPT_OUT = '_pbjs_id_optout'
const OURS = 'site'

export function setPrebidOptOut(): void {
  if (stored(OPT_OUT) === null) store(OPT_OUT, OURS)
}

/** For a new yes only, and only our own: somebody else's no is not ours to take back. */
export function liftPrebidOptOut(): void {
  if (stored(OPT_OUT) === OURS) store(OPT_OUT, null)
}
