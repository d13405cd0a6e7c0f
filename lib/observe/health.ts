import 'server-only'
import { processWide } from '../shared/process-wide'

/**
 * Why calls to the operator fail. Faults on our side come first, then the other codes of the SDK:
 * lib/uid2/errors.ts.
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

/**
 * The results of recent calls to the operator and the store. `GET /api/health` reads this and makes no calls.
 */
export interface Health {
  operator: 'ok' | 'failing' | 'unknown'
  /** The reason of the last failed call, while `operator` is `failing`. */
  operatorReason?: OperatorReason | undefined
  store: 'ok' | 'down'
  /** Shutdown has begun: the load balancer should take this instance out. */
  stopping: boolean
}

export const health = (): Health =>
  processWide('health', () => ({ operator: 'unknown', store: 'ok', stopping: false }))
