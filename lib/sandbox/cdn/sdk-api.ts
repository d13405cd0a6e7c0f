import 'server-only'

/** Where the SDKs of the two products differ: src/uid2Sdk.ts and src/euidSdk.ts of uid2-web-integrations, release 4.0.1. */
export interface SdkNames {
  product: 'UID2' | 'EUID'
  global: '__uid2' | '__euid'
  cookie: '__uid_2' | '__euid'
  storageKey: 'UID2-sdk-identity' | 'EUID-sdk-identity'
  baseUrl: string
}

/** Times are Unix ms. */
export interface SdkIdentity {
  advertising_token: string
  refresh_token: string
  identity_expires: number
  refresh_from: number
  refresh_expires: number
  refresh_response_key?: string
}

/** Stored for a reader who opted out. Times are Unix ms. */
export interface SdkOptOut {
  status: 'optout'
  identity_expires: number
  refresh_expires: number
}

export type Stored = SdkIdentity | SdkOptOut

/** Options of `init`. */
export interface SdkOptions {
  identity?: Stored
  baseUrl?: string
  /** In ms, at least 1000. */
  refreshRetryPeriod?: number
  useCookie?: boolean
  cookieDomain?: string
  cookiePath?: string
  callback?: (state: SdkState) => void
}

/** What the callback of `init` gets. */
interface SdkState {
  advertisingToken: string | undefined
  advertising_token: string | undefined
  status: number
  statusText: string
}

export type SdkEvent = 'SdkLoaded' | 'InitCompleted' | 'IdentityUpdated' | 'OptoutReceived'
export type SdkCallback = (event: SdkEvent, payload: { identity?: SdkIdentity | null }) => void
