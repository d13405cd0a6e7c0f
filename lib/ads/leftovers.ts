import { removeSdkLeftovers } from './sdk-storage'
import { removeEverywhere, store, stored } from './stored'

/** Where Prebid keeps identities. https://docs.prebid.org/dev-docs/modules/userid-submodules/unified2.html */
const prebid = ['__uid2_advertising_token', '__euid_advertising_token']

/** Prebid prefers a stored object to the token that it is given, even if it was another reader's. */
export const removePrebidLeftovers = (): void => prebid.forEach(removeEverywhere)

/** Removes all that Prebid and the UID2 and EUID SDKs store of an identity in this browser. */
export function removeLeftovers(): void {
  removePrebidLeftovers()
  removeSdkLeftovers()
}

/** Prebid's own opt-out switch, which also stops the identifiers of other vendors. Any value means opted out. */
const OPT_OUT = '_pbjs_id_optout'
const OURS = 'site'

export function setPrebidOptOut(): void {
  if (stored(OPT_OUT) === null) store(OPT_OUT, OURS)
}

/** For a new consent only, and only if we set it: another script's opt-out is not ours to remove. */
export function liftPrebidOptOut(): void {
  if (stored(OPT_OUT) === OURS) store(OPT_OUT, null)
}
