import 'server-only'
import { errorCode } from '../observe/error-code'

/**
 * What a failed piece of work says about the database:
 * - `rejected`: these values cannot be stored, now or later. The database works.
 * - `pool_busy`: all connections were in use for too long. The database works.
 * - `lost`: the connection broke. Another one may work at once.
 * - `down`: the database cannot be reached, does not answer in time, or was opened read-only. It is opened
 *   again later.
 * - `locked`: another process locked the file for too long.
 * - `failed`: anything else, such as a missing permission. It concerns this piece of work only.
 */
export type FailureKind = 'rejected' | 'pool_busy' | 'lost' | 'down' | 'locked' | 'failed'

const rules: readonly [RegExp, FailureKind][] = [
  [/^SQLITE_(CONSTRAINT|TOOBIG|MISMATCH|RANGE)/, 'rejected'],
  [/^SQLITE_(BUSY|LOCKED)/, 'locked'],
  [/^SQLITE_(READONLY|IOERR|CANTOPEN|CORRUPT|NOTADB|PROTOCOL)/, 'down'],
  [/^pool_busy$/, 'pool_busy'],
  [/^connection_lost$/, 'lost'],
  [/^(connect_timeout|timeout|E(?!RR_)[A-Z_]+)$/, 'down'],
]

/**
 * By SQLSTATE, whole or its class: https://www.postgresql.org/docs/current/errcodes-appendix.html
 * A full disk (53100) fails only writes. A server that became read-only (25006) was replaced by another in a
 * failover. A query that the server's own time limit ended (57014) is treated like one that ours ended.
 */
const states: Record<string, FailureKind> = {
  '08': 'lost',
  '22': 'rejected',
  '23': 'rejected',
  '25006': 'lost',
  '28': 'down',
  '3D': 'down',
  '53': 'down',
  '53100': 'failed',
  '57': 'lost',
  '57014': 'down',
  '58': 'down',
}

/** The database could not be opened, so nothing works. `code`: the driver's, for the log. */
export class OpeningError extends Error {
  override name = 'OpeningError'
  readonly code: string

  constructor(cause: unknown) {
    super('The database could not be opened.', { cause })
    this.code = errorCode(cause)
  }
}

/** Classifies an error by the driver's code. Pure. */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof OpeningError) return 'down'
  const code = errorCode(error)
  if (isSqlState(error)) return states[code] ?? states[code.slice(0, 2)] ?? 'failed'
  return rules.find(([rule]) => rule.test(code))?.[1] ?? 'failed'
}

/** Errors reported by the server have a severity. Node's, such as EPIPE, have none. */
const isSqlState = (error: unknown): boolean =>
  typeof (error as { severity?: unknown } | null)?.severity === 'string'
