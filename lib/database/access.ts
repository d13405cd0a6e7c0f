import 'server-only'
import { errorCode } from '../observe/error-code'
import { health } from '../observe/health'
import { logEvent } from '../observe/log'
import { processWide } from '../shared/process-wide'
import { withTimeout } from '../shared/with-timeout'
import { type Database, queryTimeoutMs } from './connection'
import { failureKind, OpeningError } from './failures'
import { MigrationError } from './migrations'
import { retryWhileBusy } from './retry-while-busy'
import { discardDatabase, openingMs, sharedDatabase } from './shared-database'

/**
 * The database could not be reached. There is no sign-in and no token until it answers. Pages are still
 * served.
 */
export class StoreDownError extends Error {
  override name = 'StoreDownError'
}

/** The database rejected these values: this write can never succeed, others can. */
export class RejectedWriteError extends Error {
  override name = 'RejectedWriteError'
  readonly code = 'rejected_write'
}

/** Which part of the site uses the database. Only `choices` sets its health back to `ok`. */
export type DatabaseUser = 'choices' | 'sign_in' | 'limits'

const cooldownMs = 500
const lockWaitMs = 500

/** Until when (by `performance.now()`) nothing, or no limiter, asks the database. */
const cooldowns = () => processWide('database-access', () => ({ all: 0, limits: 0 }))

/**
 * Runs one piece of work on the database. Every failure is a `StoreDownError` or a `RejectedWriteError`. The
 * work is retried while another process has locked the file, and once after its connection broke. It takes
 * `queryTimeoutMs` at most. A database that is down is then not asked for `cooldownMs`, so a request that
 * needs it several times waits for it once. A failed limiter does not mark the store as down: it counts in
 * memory instead.
 */
export async function withDatabase<T>(
  user: DatabaseUser,
  work: (opened: Database) => Promise<T>,
): Promise<T> {
  const cooldown = user === 'limits' ? Math.max(cooldowns().all, cooldowns().limits) : cooldowns().all
  if (performance.now() < cooldown) throw new StoreDownError('The store is down.')
  const deadline = performance.now() + queryTimeoutMs
  try {
    const result = await attempt(work, deadline).catch((error: unknown) => {
      if (failureKind(error) !== 'lost') throw error
      if (user !== 'limits') discardDatabase()
      return attempt(work, deadline)
    })
    if (user === 'choices') {
      if (health().store === 'down') logEvent('info', 'store_up')
      health().store = 'ok'
    }
    return result
  } catch (cause) {
    throw recordFailure(user, cause)
  }
}

/** Updates health and log, and returns the error to throw. */
function recordFailure(user: DatabaseUser, cause: unknown): StoreDownError | RejectedWriteError {
  const kind = failureKind(cause)
  const code = errorCode(cause)
  if (kind === 'rejected') {
    logEvent('error', 'write_rejected', { code })
    return new RejectedWriteError('The database refused the values.', { cause })
  }
  const unreachable = kind === 'down' || kind === 'lost' || kind === 'locked'
  if (unreachable) cooldowns()[user === 'limits' ? 'limits' : 'all'] = performance.now() + cooldownMs
  if (user === 'limits') {
    logEvent('warn', 'store_failed', { code })
    return new StoreDownError('The limit cannot be counted in the database.', { cause })
  }
  if (kind === 'down' || kind === 'lost') discardDatabase()
  if (unreachable || (kind === 'failed' && user === 'choices')) {
    if (health().store === 'ok') logEvent('error', failureEvent(cause), { code })
    health().store = 'down'
  } else logEvent('warn', 'store_failed', { code })
  return new StoreDownError('The store cannot be reached.', { cause })
}

export const failureEvent = (error: unknown): 'migration_failed' | 'store_down' =>
  (error instanceof OpeningError ? error.cause : error) instanceof MigrationError
    ? 'migration_failed'
    : 'store_down'

async function attempt<T>(work: (opened: Database) => Promise<T>, deadline: number): Promise<T> {
  const opening = sharedDatabase()
  const left = Math.min(deadline - performance.now(), Math.max(0, queryTimeoutMs - openingMs()))
  const opened = await withTimeout(opening, left, timedOut).catch((error: unknown) => {
    throw new OpeningError(error)
  })
  return withTimeout(
    retryWhileBusy(() => work(opened), lockWaitMs),
    deadline - performance.now(),
    timedOut,
  )
}

const timedOut = (): never => {
  throw Object.assign(new Error('The database did not answer in time.'), { code: 'timeout' })
}
