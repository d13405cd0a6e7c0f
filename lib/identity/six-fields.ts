import 'server-only'
import type { Identity } from '../uid2/index.ts'

/** Whatever else an operator may send one day has no place in a cookie or in a browser. */
export const sixFields = (identity: Identity): Identity => ({
  advertising_token: identity.advertising_token,
  refresh_token: identity.refresh_token,
  identity_expires: identity.identity_expires,
  refresh_from: identity.refresh_from,
  refresh_expires: identity.refresh_expires,
  refresh_response_key: identity.refresh_response_key,
})
