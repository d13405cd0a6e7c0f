import 'server-only'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { env } from '../env/server.ts'
import { singleton } from '../shared/singleton.ts'
import { type Database, openDatabase } from './connection.ts'
import { migrate } from './migrations.ts'

/**
 * The process's one database, opened and migrated at first use. Two SQLite connections in one process can
 * block each other and with them the event loop, so every module instance shares this one.
 */
export async function database(): Promise<Database> {
  const slot = singleton<{ opening: Promise<Database> | null }>('database', () => ({ opening: null }))
  // A failed opening is not kept: the next caller tries again, so recovery needs no restart.
  slot.opening ??= open().catch((error: unknown) => {
    slot.opening = null
    throw error
  })
  return slot.opening
}

async function open(): Promise<Database> {
  const { databaseUrl } = env()
  if (databaseUrl.startsWith('file:'))
    mkdirSync(dirname(databaseUrl.slice('file:'.length)), { recursive: true })
  const opened = openDatabase(databaseUrl)
  try {
    await migrate(opened.db, opened.engine)
    return opened
  } catch (error) {
    await opened.db.destroy()
    throw error
  }
}
