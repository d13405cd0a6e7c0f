import 'server-only'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { env } from '../env/env'
import { runOutsideRequests } from '../shared/outside-requests'
import { processWide } from '../shared/process-wide'
import { type Database, databaseFile, openDatabase, queryTimeoutMs } from './connection'
import { migrate, missingMigrations } from './migrations'

interface Slot {
  opening: Promise<Database> | null
  /** Null until it is open. */
  opened: Database | null
  /** When opening began, ms by `performance.now()`. */
  openingSince: number
}

const databaseSlot = () =>
  processWide<Slot>('database', () => ({ opening: null, opened: null, openingSince: 0 }))

/**
 * The one database of this process, opened and migrated at first use. Two SQLite connections in one process
 * can block each other and the event loop, so all module instances share this one.
 */
export async function sharedDatabase(): Promise<Database> {
  const slot = databaseSlot()
  if (slot.opening) return slot.opening
  slot.openingSince = performance.now()
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

/**
 * How long the current opening has taken, ms. A migration may take minutes, and a page cannot wait for it.
 */
export const openingMs = (): number => performance.now() - databaseSlot().openingSince

/**
 * Makes the next caller open the database again, after a failure that this connection cannot recover from. An
 * opening in progress continues: otherwise each request would restart a long migration.
 */
export function discardDatabase(): void {
  const slot = databaseSlot()
  const { opened } = slot
  if (opened === null) return
  slot.opening = null
  slot.opened = null
  // Not awaited: PostgreSQL's pool first waits for the work that still uses it.
  opened.db.destroy().catch(() => {})
}

/** For command-line programs: PostgreSQL's open connections would keep the process alive. */
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
    if ((await missingMigrations(opened)).length > 0) await migrateWithoutTimeLimit(opened, databaseUrl)
    return opened
  } catch (error) {
    await opened.db.destroy()
    throw error
  }
}

/** With a million records a migration takes longer than a page may wait. */
async function migrateWithoutTimeLimit(opened: Database, url: string): Promise<void> {
  if (opened.engine === 'sqlite') return migrate(opened)
  const unlimited = openDatabase(url, queryTimeoutMs, 0)
  try {
    await migrate(unlimited)
  } finally {
    await unlimited.db.destroy()
  }
}
