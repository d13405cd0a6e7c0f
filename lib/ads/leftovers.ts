import { removeSdkLeftovers } from './sdk-storage'
import { removeEverywhere, store, stored } from './stored'

/** Where Prebid keeps identities. https://docs.prebid.org/dev-docs/modules/userid-submodules/unified2.html */
const prebid = ['__uid2_advertising_token', '__euid_advertising_token']

/** An object left by a former set-up takes precedence over the token given, whoever's it was. */
export const removePrebidLeftovers = (): void => prebid.forEach(removeEverywhere)

/** All that Prebid and the UID2 and EUID SDKs keep of an identity in this browser. */
export function removeLeftovers(): void {
  removePrebidLeftovers()
  removeSdkLeftovers()
}

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
