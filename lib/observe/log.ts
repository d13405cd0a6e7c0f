import 'server-only'
import pino from 'pino'
import { processWide } from '../shared/process-wide'
import { allowedCode } from './log-codes'

/**
 * Everything that a log line may contain. An allow-list: no field can carry DII, a token, a hash or a key.
 */
export interface LogFields {
  /** An error code, an outcome or a reason from `log-codes.ts`. Any other is logged as `unknown`. */
  code?: string
  httpStatus?: number
  ms?: number
  /** How far the operator's clock is ahead of ours. */
  clockSkewMs?: number
  /** Characters of what did not fit. */
  size?: number
  /** The number of opt-outs, denials, withdrawals and sign-outs. */
  revocations?: number
}

/** What happened, as a constant. Never built from input. */
export type LogEvent =
  | 'operator_call'
  | 'operator_misconfigured'
  | 'clock_skew'
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
  | 'userinfo_failed'
  | 'trust_proxy_hops_unset'

type Level = 'info' | 'warn' | 'error'

const logger = () =>
  processWide('log', () => pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime, level: 'info' }))

/** Anyone can cause some events as often as they like: the same line is written once in this many ms. */
const repeatMs = 10_000
/**
 * Written only when the state of the store or clock changes. Always logged, so that the last line is the
 * current state.
 */
const alwaysWritten: ReadonlySet<LogEvent> = new Set(['store_down', 'store_up', 'clock_skew'])
/** A limit, because the patterns among the codes allow many values. */
const maxRecent = 100

interface RecentLine {
  level: Level
  event: LogEvent
  code: string | undefined
  until: number
  /** Events since the last line that are not written yet. */
  count: number
}

const recent = () => processWide('log-recent', () => new Map<string, RecentLine>())

/**
 * Writes a line. The same event with the same code within ten seconds is only counted: the next line about it
 * has `count`, the number of events that it stands for. There is no timer: counts are written by the next
 * line of any kind after these seconds, or by `flushLog`.
 */
export function logEvent(level: Level, event: LogEvent, fields: LogFields = {}): void {
  const { httpStatus, ms, clockSkewMs, size, revocations } = fields
  const code = fields.code === undefined ? undefined : allowedCode(fields.code)
  const now = performance.now()
  const key = `${event} ${code ?? ''}`
  const before = recent().get(key)
  if (before && now < before.until && !alwaysWritten.has(event)) {
    before.count += 1
    return
  }
  recent().delete(key)
  writeCounts(recent().size < maxRecent ? now : Number.POSITIVE_INFINITY)
  recent().set(key, { level, event, code, until: now + repeatMs, count: 0 })
  const count = before && before.count > 0 ? before.count + 1 : undefined
  logger()[level]({ event, code, httpStatus, ms, clockSkewMs, size, revocations, count })
}

/** Writes all counts that are not written yet. Call it before the process ends. */
export const flushLog = (): void => writeCounts(Number.POSITIVE_INFINITY)

/** Writes the counts whose `until` has passed. */
function writeCounts(now: number): void {
  for (const [key, { level, event, code, until, count }] of recent()) {
    if (until > now) continue
    recent().delete(key)
    if (count > 0) logger()[level]({ event, code, count })
  }
}
