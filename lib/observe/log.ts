import 'server-only'
import pino from 'pino'
import { perProcess } from '../shared/per-process.ts'
import { allowedCode } from './log-codes.ts'

/** Everything that a log line may say. An allow-list: no field can carry DII, a token, a hash or a key. */
export interface LogFields {
  /** An error code, an outcome, a reason: one of `log-codes.ts`, else the line says `unknown`. */
  code?: string
  httpStatus?: number
  ms?: number
  /** How far the operator's clock is ahead of ours. */
  clockSkewMs?: number
  /** Of what did not fit, characters. */
  size?: number
  /** How many opt-outs, denials, withdrawals and sign-outs it is about. */
  revocations?: number
}

/** What happened, as a short constant; never built from input. */
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
  perProcess('log', () => pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime, level: 'info' }))

/** What strangers can cause as often as they like is written once in so many ms, and counted meanwhile. */
const quietMs = 10_000
/** Written at a change of the store or of the clock only. The last line of the two must be the truth, so none is held back. */
const changes: ReadonlySet<LogEvent> = new Set(['store_down', 'store_up', 'clock_skew'])
/** Events and their codes are closed sets; patterns among the codes leave room for more than this. */
const mostHeld = 100

interface Held {
  level: Level
  event: LogEvent
  code: string | undefined
  until: number
  /** Events since the last line, which nothing was written about yet. */
  count: number
}

const held = () => perProcess('log-held', () => new Map<string, Held>())

/**
 * Writes a line. The same event with the same code within ten seconds is counted instead; the next line about it has
 * `count`: the events that it stands for. Without a timer: what is counted is written by the next line of any kind
 * after these seconds, or by `flushLog`.
 */
export function logEvent(level: Level, event: LogEvent, fields: LogFields = {}): void {
  const { httpStatus, ms, clockSkewMs, size, revocations } = fields
  const code = fields.code === undefined ? undefined : allowedCode(fields.code)
  const now = performance.now()
  const key = `${event} ${code ?? ''}`
  const before = held().get(key)
  if (before && now < before.until && !changes.has(event)) {
    before.count += 1
    return
  }
  held().delete(key)
  writeHeld(held().size < mostHeld ? now : Number.POSITIVE_INFINITY)
  held().set(key, { level, event, code, until: now + quietMs, count: 0 })
  const count = before && before.count > 0 ? before.count + 1 : undefined
  logger()[level]({ event, code, httpStatus, ms, clockSkewMs, size, revocations, count })
}

/** Writes what was counted and not written yet: call it when the process is about to end. */
export const flushLog = (): void => writeHeld(Number.POSITIVE_INFINITY)

/** Of all whose seconds are over at this time. */
function writeHeld(now: number): void {
  for (const [key, { level, event, code, until, count }] of held()) {
    if (until > now) continue
    held().delete(key)
    if (count > 0) logger()[level]({ event, code, count })
  }
}
