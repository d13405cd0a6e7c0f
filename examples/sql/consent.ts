import 'server-only'
import { createSqlStore } from '@/lib/consent/sql'
import type { ConsentRecords } from '@/lib/consent/store'
import { openDatabase } from '@/lib/database/connection'
import { migrate } from '@/lib/database/migrations'
import { processWide } from '@/lib/identity/single-flight'
import { variable } from '../minimal/environment'

/** Opens the database at the first request, and makes its tables. A failure is tried again by the next request. */
function createStore(): ConsentRecords {
  let opened: Promise<ConsentRecords> | undefined
  const store = () =>
    (opened ??= open().catch((error: unknown) => {
      opened = undefined
      throw error
    }))
  return {
    read: async (...given) => (await store()).read(...given),
    isSessionEnded: async (...given) => (await store()).isSessionEnded(...given),
    withSharedLock: async (subject, act) => (await store()).withSharedLock(subject, act),
    recordChoice: async (...given) => (await store()).recordChoice(...given),
    recordSignals: async (...given) => (await store()).recordSignals(...given),
    recordOptOut: async (...given) => (await store()).recordOptOut(...given),
    endSession: async (...given) => (await store()).endSession(...given),
    forget: async (...given) => (await store()).forget(...given),
  }
}

async function open(): Promise<ConsentRecords> {
  // `file:PATH` for SQLite, `postgres://…` for PostgreSQL.
  const database = openDatabase(variable('DATABASE_URL'))
  await migrate(database)
  // Readers are kept under keyed hashes. With another key every opt-out would be missed.
  return createSqlStore(database, [variable('CHOICES_PEPPER')], Date.now)
}

/** Who consented, who opted out, which sessions have ended: in place of the store in memory. */
export const consent = processWide('consent', createStore)
