import 'server-only'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { env } from '../env/server.ts'
import { runOutsideRequests } from '../shared/outside-requests.ts'
import { perProcess } from '../shared/per-process.ts'
import { type Database, databaseFile, openDatabase, queryTimeoutMs } from './connection.ts'
import { migrate, missingMigrations } from './migrations.ts'

interface Slot {
  opening: Promise<Database> | null
  /** Set once it is open. */
  opened: Database | null
  /** When it began, by `performance.now()`, ms. */
  since: number
}

const databaseSlot = () => perProcess<Slot>('database', () => ({ opening: null, opened: null, since: 0 }))

/**
 * The process's one database, opened and migrated at first use. Two SQLite connections in one process can
 * block each other and with them the event loop, so every module instance shares this one.
 */
export async function sharedDatabase(): Promise<Database> {
  const slot = databaseSlot()
  if (slot.opening) return slot.opening
  slot.since = performance.now()
  const opening = runOutsideRequests(open)
  slot.opening = opening
  const settle = (opened: Database | null) => {
    if (slot.opening !== opening) return
    slot.opened = opened
    // A failed opening is not kept: the next caller tries again, so recovery needs no restart.
    if (opened === null) slot.opening = null
  }
  opening.then(settle, () => settle(null))
  return opening
}

/** How long the opening that is under way has taken, ms: a migration may take minutes, and a page cannot wait. */
export const openingMs = (): number => performance.now() - databaseSlot().since

/**
 * The next caller opens it anew: for a database that failed in a way that this connection cannot mend. An opening
 * that is under way goes on, or a long migration would be begun again by each request.
 */
export function discardDatabase(): void {
  const slot = databaseSlot()
  const { opened } = slot
  if (opened === null) return
  slot.opening = null
  slot.opened = null
  // In its own time: PostgreSQL's pool waits for the work that still uses it.
  opened.db.destroy().catch(() => {})
}

/** For a program that is done with it, and that PostgreSQL's connections would keep alive. */
export async function closeDatabase(): Promise<void> {
  const slot = databaseSlot()
  const opened = await slot.opening?.catch(() => null)
  slot.opening = null
  slot.opened = null
  await opened?.db.destroy()
}

async function open(): Promise<Database> {
  const { databaseUrl } = env()
  const file = databaseFile(databaseUrl)
  if (file !== null) mkdirSync(dirname(file), { recursive: true })
  const opened = openDatabase(databaseUrl)
  try {
    if ((await missingMigrations(opened)).length > 0) await migrateApart(opened, databaseUrl)
    return opened
  } catch (error) {
    await opened.db.destroy()
    throw error
  }
}

/** On a connection without a time limit for queries: of a million records a migration takes longer than a page. */
async function migrateApart(opened: Database, url: string): Promise<void> {
  if (opened.engine === 'sqlite') return migrate(opened)
  const apart = openDatabase(url, queryTimeoutMs, 0)
  try {
    await migrate(apart)
  } finally {
    await apart.db.destroy()
  }
}
