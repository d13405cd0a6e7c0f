import 'server-only'
import type { Kysely } from 'kysely'
import { withDatabase } from '../../database/access'
import type { Schema } from '../../database/schema'

const maxAttempts = 5
/**
 * The clocks of two instances may differ by this much: a fast one must not delete the others' new secrets.
 */
const clockSlackMs = 60 * 60 * 1000

/**
 * The secrets that were sent to readers. Each may be tried five times and used once, by one instance. Every
 * method is one statement, so parallel requests never see each other half done.
 */
export interface SecretStore {
  /** `id` is new and random; `expires` is Unix ms. */
  put(id: string, hmac: string, expires: number): Promise<void>
  /** Counts an attempt and returns the HMAC to compare with. Null: unknown, expired, or tried too often. */
  attempt(id: string): Promise<string | null>
  /** Uses the secret up. False: another request was first, or it does not exist. */
  take(id: string): Promise<boolean>
}

export function createSecretStore(db: Kysely<Schema>, now: () => number): SecretStore {
  return {
    async put(id, hmac, expires) {
      await db
        .deleteFrom('sign_in_secrets')
        .where('expires', '<=', now() - clockSlackMs)
        .execute()
      await db.insertInto('sign_in_secrets').values({ id, hmac, attempts: 0, expires }).execute()
    },

    async attempt(id) {
      const row = await db
        .updateTable('sign_in_secrets')
        .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
        .where('id', '=', id)
        .where('expires', '>', now())
        .where('attempts', '<', maxAttempts)
        .returning('hmac')
        .executeTakeFirst()
      return row?.hmac ?? null
    },

    async take(id) {
      const taken = await db
        .deleteFrom('sign_in_secrets')
        .where('id', '=', id)
        .returning('id')
        .executeTakeFirst()
      return taken !== undefined
    },
  }
}

/** Runs `work` on the process's secrets. Every database failure is a `StoreDownError`. */
export const withSecrets = <T>(work: (secrets: SecretStore) => Promise<T>): Promise<T> =>
  withDatabase('sign_in', ({ db }) => work(createSecretStore(db, Date.now)))
