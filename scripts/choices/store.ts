import { existsSync } from 'node:fs'
import { closeStore, openStore } from '#lib/consent/open-store.ts'
import type { SqlStore } from '#lib/consent/sql.ts'
import { databaseFile, openDatabase } from '#lib/database/connection.ts'
import { retryWhileBusy } from '#lib/database/retry-while-busy.ts'
import type { Schema } from '#lib/database/schema.ts'
import { EnvError, envForCommandLine } from '#lib/env/env.ts'
import { errorCode } from '#lib/observe/error-code.ts'

/** The store failed. */
export class StoreFailure extends Error {
  override readonly name = 'StoreFailure'
  /** The driver's code, or `unknown`. Its message may quote data. */
  readonly code: string

  constructor(cause: unknown) {
    const code = errorCode(cause)
    super(`The store failed (${code}): check that it is up, and try again. No change was left half done.`)
    this.code = code
  }
}

const lockMs = 5000

/** Runs one piece of work on the site's store. Not through `consentStore`, which logs to standard output. */
export async function withStore<T>(work: (store: SqlStore) => Promise<T>): Promise<T> {
  const env = envForCommandLine()
  try {
    if (env === null || !(await retryWhileBusy(() => hasRecords(env.databaseUrl), lockMs)))
      throw new EnvError(
        'There is no store: the site has not run with this environment. Use the same DATA_DIR, DATABASE_URL and CHOICES_PEPPER as the site.',
      )
    const store = await openStore()
    return await retryWhileBusy(() => work(store), lockMs)
  } catch (error) {
    throw error instanceof EnvError ? error : new StoreFailure(error)
  } finally {
    await closeStore()
  }
}

/** Whether a site has used this database. Opening it as the site does would create tables in any database. */
async function hasRecords(url: string): Promise<boolean> {
  const file = databaseFile(url)
  if (file !== null && !existsSync(file)) return false
  const { db } = openDatabase(url)
  try {
    const table: keyof Schema = 'choice_events'
    return (await db.introspection.getTables()).some(({ name }) => name === table)
  } finally {
    await db.destroy()
  }
}
