/**
 * The only shape of an identity that may cross to the browser: the answer of `GET /api/identity`, and what dynamic
 * pages put inline. Times are Unix ms of the server. A client uses the differences to `now`, because its own clock may
 * be wrong.
 */
export type PublicIdentity =
  | (Base & { status: 'gpc' | 'signed_out' | 'opted_out' | 'denied' | 'no_choice' })
  | (Base & { status: 'unsupported'; reason: UnsupportedReason })
  | (Entitled & { status: 'withheld'; refreshFrom: number })
  | AvailableIdentity
  | (Entitled & { status: 'refreshing' })
  | (Entitled & { status: 'unavailable'; reason: 'operator' | 'store' })

export interface AvailableIdentity extends Entitled {
  status: 'available'
  advertisingToken: string
  identityExpires: number
  refreshFrom: number
  /** The OpenRTB eid source. */
  source: 'uidapi.com' | 'euid.eu'
  /** The consent signals that go with the token to exchanges, where the product needs them (EUID). */
  consent?: ConsentSignals
  /** Only where the browser refreshes. */
  identity?: ClientIdentity
}

export type Product = 'uid2' | 'euid'

/** What a consent platform in the browser said last. */
export interface ConsentSignals {
  tcf?: string | undefined
  gdprApplies?: boolean | undefined
  gpp?: string | undefined
  gppSid?: readonly number[] | undefined
  /** Something was said that cannot be read, which counts as a denial. */
  unreadable?: true | undefined
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

/** Why a session has no DII that may be used. */
export type NoDii = 'no_dii' | 'unverified' | 'relay_address' | 'bad_phone'

export type UnsupportedReason = NoDii | 'gdpr' | 'consent' | 'region'

/** In a hold-out, tokens of `control` are generated and refreshed, but not given out. */
export type Bucket = 'treatment' | 'control'

interface Base {
  now: number
}

interface Entitled extends Base {
  /** Only during a hold-out. */
  bucket?: Bucket
}
