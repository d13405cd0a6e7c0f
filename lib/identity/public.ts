/**
 * The only shape of an identity that may cross to the browser: what `GET /api/identity` answers and
 * what dynamic pages put inline. Times are Unix ms of the server; a client uses the differences
 * `identityExpires − now` and `refreshFrom − now`, because its own wall clock may be wrong.
 */
export type PublicIdentity =
  | (Base & { status: 'gpc' | 'signed_out' | 'opted_out' | 'denied' | 'no_choice' })
  | (Base & { status: 'unsupported'; reason: UnsupportedReason })
  | (Grouped & { status: 'withheld'; refreshFrom: number })
  | AvailableIdentity
  | (Grouped & { status: 'refreshing' })
  | (Grouped & { status: 'unavailable'; reason: 'operator' | 'store' })

export interface AvailableIdentity extends Grouped {
  status: 'available'
  advertisingToken: string
  identityExpires: number
  refreshFrom: number
  /** The OpenRTB eid source. */
  source: 'uidapi.com' | 'euid.eu'
  /** Under UID2_HANDOFF=client alone: all that the browser needs to refresh the token by itself. */
  identity?: ClientIdentity
  /** EUID alone: what the server knows of the reader's consent, for a bid request from a page that does not know it. */
  consent?: KnownConsent
}

/** Consent signals, as a consent platform (CMP) has them. */
export interface KnownConsent {
  tcf?: string | undefined
  gdprApplies?: boolean | undefined
  gpp?: string | undefined
  gppSid?: readonly number[] | undefined
}

/** The operator's six fields, verbatim. https://unifiedid.com/docs/endpoints/post-token-generate */
export interface ClientIdentity {
  advertising_token: string
  refresh_token: string
  identity_expires: number
  refresh_from: number
  refresh_expires: number
  refresh_response_key: string
}

/** The reader's group in a hold-out: `control` readers' tokens are made and refreshed, and handed to nobody. */
export type Bucket = 'treatment' | 'control'

export type UnsupportedReason =
  | 'no_dii'
  | 'unverified'
  | 'relay_address'
  | 'bad_phone'
  | 'gdpr'
  | 'consent'
  | 'region'
  | 'page'

interface Base {
  now: number
}

/** The bucket is told of readers who may have a token, while HOLDOUT_PERCENT is above 0. */
interface Grouped extends Base {
  bucket?: Bucket
}
