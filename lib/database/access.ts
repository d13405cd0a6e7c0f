import 'server-only'
import { errorCode } from '../observe/error-code.ts'
import { health } from '../observe/health.ts'
import { logEvent } from '../observe/log.ts'
import { singleton } from '../shared/singleton.ts'
import type { Database } from './connection.ts'
import { database } from './open.ts'
import { patiently } from './patiently.ts'

/** The store could not be reached. Policy: no sign-in, no generate, no refresh, no token; pages stay up. */
export class StoreDownError extends Error {
  override name = 'StoreDownError'
}

/** Who works on the database. What fails for one of them may well work for another. */
export type DatabaseUser = 'choices' | 'sign_in' | 'limits'

const restMs = 500
const lockMs = 500

const state = () => singleton('database-access', () => ({ restUntil: { choices: 0, sign_in: 0, limits: 0 } }))

/**
 * Runs one piece of work on the database; every failure is a `StoreDownError`. The work is begun again
 * while another process has locked the file.
 */
export async function withDatabase<T>(
  user: DatabaseUser,
  work: (opened: Database) => Promise<T>,
): Promise<T> {
  const { restUntil } = state()
  // A store that is down is not asked by each of a thousand waiting pages in turn. Each user rests alone:
  // otherwise a sign-in that fails would take the tokens from everybody's pages.
  if (performance.now() < restUntil[user]) throw new StoreDownError('The store is down.')
  try {
    const opened = await database()
    const result = await patiently(() => work(opened), lockMs)
    // Only what reads and writes the choices can tell that there are tokens again.
    if (user === 'choices') {
      if (health().store === 'down') logEvent('info', 'store_up')
      health().store = 'ok'
    }
    return result
  } catch (cause) {
    if (health().store === 'ok') logEvent('error', 'store_down', { code: errorCode(cause) })
    health().store = 'down'
    restUntil[user] = performance.now() + restMs
    throw new StoreDownError('The store cannot be reached.', { cause })
  }
}
