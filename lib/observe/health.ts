import 'server-only'
import { processWide } from '../shared/process-wide'
import type { Uid2ErrorCode, Uid2ErrorReason } from '../uid2'

/** Why calls to the operator fail: a fault on our side, if known, or the code of the SDK. */
export type OperatorReason = Uid2ErrorReason | Uid2ErrorCode

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
