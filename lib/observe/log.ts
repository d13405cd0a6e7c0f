import 'server-only'
import pino from 'pino'
import { singleton } from '../shared/singleton.ts'

/** Everything that a log line may say. An allow-list: no field can carry DII, a token, a hash or a key. */
export interface LogFields {
  /** A code of a closed union: an SDK error code, an outcome, a reason. */
  code?: string
  httpStatus?: number
  ms?: number
  count?: number
}

/** What happened, as a short constant; never built from input. */
export type LogEvent =
  | 'operator_call'
  | 'operator_misconfigured'
  | 'opt_out_recorded'
  | 'identity_not_opened'
  | 'identity_too_large'
  | 'store_down'
  | 'store_up'
  | 'store_failed'
  | 'migration_failed'
  | 'write_rejected'
  | 'revocations_written'
  | 'revocations_lost'
  | 'shutdown_deadline'
  | 'sandbox_warm'
  | 'proof_not_sent'
  | 'provider_failed'
  | 'trust_proxy_hops_unset'

const logger = () =>
  singleton('log', () => pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime, level: 'info' }))

export function logEvent(level: 'info' | 'warn' | 'error', event: LogEvent, fields: LogFields = {}): void {
  const { code, httpStatus, ms, count } = fields
  logger()[level]({ event, code, httpStatus, ms, count })
}
