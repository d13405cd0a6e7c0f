import 'server-only'
import { perProcess } from '../shared/per-process.ts'

/**
 * Why calls to the operator fail. First what is wrong on our side, then the other codes of the SDK: lib/uid2/errors.ts.
 */
export type OperatorReason =
  | 'wrong_key'
  | 'missing_role'
  | 'wrong_secret'
  | 'clock_skew'
  | 'wrong_product'
  | 'unauthorized'
  | 'client_error'
  | 'redirected'
  | 'timeout'
  | 'aborted'
  | 'network'
  | 'rate_limited'
  | 'server_error'
  | 'bad_response'
  | 'undecryptable'
  | 'nonce_mismatch'
  | 'response_too_large'
  | 'unexpected_status'

/** What recent calls said of the operator and the store; `GET /api/health` reads it and calls nobody. */
export interface Health {
  operator: 'ok' | 'failing' | 'unknown'
  /** Of the last call, while it is failing. */
  operatorReason?: OperatorReason | undefined
  store: 'ok' | 'down'
  /** Shutdown has begun: take this instance out of rotation. */
  stopping: boolean
}

export const health = (): Health =>
  perProcess('health', () => ({ operator: 'unknown', store: 'ok', stopping: false }))
