/** A server-side UID2 and EUID client for publishers, on web platform APIs alone. See README.md. */
export { type ApiKeyDescription, describeApiKey } from './api-key.ts'
export { type CallOptions, createUid2Client, type Uid2Client, type Uid2ClientOptions } from './client.ts'
export type { DiiInput } from './dii.ts'
export { Uid2Error, type Uid2ErrorCode, type Uid2ErrorReason } from './errors.ts'
export type { GenerateOutcome } from './generate.ts'
export { hashEmail, hashPhone } from './hash.ts'
export {
  hasExpired,
  type Identity,
  type IssuedIdentity,
  isDueForRefresh,
  isRefreshable,
  parseIdentity,
} from './identity.ts'
export { normalizeEmail, normalizePhone } from './normalize.ts'
export type { RefreshOutcome } from './refresh.ts'
export type { HttpReply, Wire } from './reply.ts'
export {
  createUid2Requests,
  type PreparedRequest,
  type Uid2RequestOptions,
  type Uid2Requests,
} from './requests.ts'
export { explainUnauthorized } from './unauthorized.ts'
