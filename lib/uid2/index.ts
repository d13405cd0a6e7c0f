/** A server-side UID2 and EUID client for publishers, on web platform APIs only. See README.md. */

export {
  type CallOptions,
  createUid2Client,
  explainUnauthorized,
  type Uid2Client,
  type Uid2ClientOptions,
} from './client'
export { type DiiInput, hashEmail, hashPhone } from './dii'
export { Uid2Error, type Uid2ErrorCode, type Uid2ErrorReason } from './errors'
export type { GenerateOutcome } from './generate'
export {
  hasExpired,
  type Identity,
  type IssuedIdentity,
  isDueForRefresh,
  isRefreshable,
  parseIdentity,
} from './identity'
export { normalizeEmail, normalizePhone } from './normalize'
export { type ApiKeyDescription, describeApiKey } from './product'
export type { RefreshOutcome } from './refresh'
export type { HttpReply, Wire } from './reply'
export {
  createUid2Requests,
  type PreparedRequest,
  type Uid2RequestOptions,
  type Uid2Requests,
} from './requests'
