/**
 * The only shape of an identity that may cross to the browser: what `GET /api/identity` answers and
 * what dynamic pages put inline. Times are Unix ms of the server; a client uses the differences
 * `identityExpires − now` and `refreshFrom − now`, because its own wall clock may be wrong.
 */
export type PublicIdentity =
  | (Base & { status: 'gpc' | 'signed_out' | 'opted_out' | 'denied' | 'no_choice' | 'refreshing' })
  | (Base & { status: 'unsupported'; reason: UnsupportedReason })
  | (Base & { status: 'withheld'; refreshFrom: number })
  | (Base & { status: 'unavailable'; reason: 'operator' | 'store' })
  | AvailableIdentity

export interface AvailableIdentity extends Base {
  status: 'available'
  advertisingToken: string
  identityExpires: number
  refreshFrom: number
  /** The OpenRTB eid source. */
  source: 'uidapi.com' | 'euid.eu'
}

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
