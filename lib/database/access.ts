import 'server-only'
import { errorCode } from '../observe/error-code.ts'
import { health } from '../observe/health.ts'
import { logEvent } from '../observe/log.ts'
import { perProcess } from '../shared/per-process.ts'
import { withTimeout } from '../shared/with-timeout.ts'
import { type Database, queryTimeoutMs } from './connection.ts'
import { failureKind, OpeningError } from './failures.ts'
import { MigrationError } from './migrations.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import { discardDatabase, openingMs, sharedDatabase } from './shared-database.ts'

/** The store could not be reached. Policy: no sign-in, no generate, no refresh, no token; pages stay up. */
export class StoreDownError extends Error {
  override name = 'StoreDownError'
}

/** The database refused these values: this piece of work cannot succeed, all other work can. */
export class RejectedWriteError extends Error {
  override name = 'RejectedWriteError'
  readonly code = 'rejected_write'
}

/** Who works on the database. Only the choices can tell that there are tokens again. */
export type DatabaseUser = 'choices' | 'sign_in' | 'limits'

const restMs = 500
const lockMs = 500

/** Until when nobody asks, and until when no limit does, by `performance.now()`. */
const rests = () => perProcess('database-access', () => ({ all: 0, limits: 0 }))

/**
 * Runs one piece of work on the database; every failure is a `StoreDownError` or a `RejectedWriteError`. The work
 * is begun again while another process has locked the file, and once after its connection broke. It takes
 * `queryTimeoutMs` at most, and a database that is down is then left alone for `restMs`: so a request that asks it
 * several times waits for it once. A limit that fails says nothing of the store: it counts in memory, and others ask on.
 */
export async function withDatabase<T>(
  user: DatabaseUser,
  work: (opened: Database) => Promise<T>,
): Promise<T> {
  const resting = user === 'limits' ? Math.max(rests().all, rests().limits) : rests().all
  if (performance.now() < resting) throw new StoreDownError('The store is down.')
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

/** What the failure says of the database goes to health and log; the caller gets the error to throw. */
function recordFailure(user: DatabaseUser, cause: unknown): StoreDownError | RejectedWriteError {
  const kind = failureKind(cause)
  const code = errorCode(cause)
  if (kind === 'rejected') {
    logEvent('error', 'write_rejected', { code })
    return new RejectedWriteError('The database refused the values.', { cause })
  }
  const unreachable = kind === 'down' || kind === 'lost' || kind === 'locked'
  if (unreachable) rests()[user === 'limits' ? 'limits' : 'all'] = performance.now() + restMs
  if (user === 'limits') {
    logEvent('warn', 'store_failed', { code })
    return new StoreDownError('The limit cannot be counted there.', { cause })
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
    retryWhileBusy(() => work(opened), lockMs),
    deadline - performance.now(),
    timedOut,
  )
}

const timedOut = (): never => {
  throw Object.assign(new Error('The database did not answer in time.'), { code: 'timeout' })
}
