import 'server-only'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { env } from '../env/server.ts'
import { singleton } from '../shared/singleton.ts'
import { type Database, databaseFile, openDatabase } from './connection.ts'
import { migrate } from './migrations.ts'

const theOne = () => singleton<{ opening: Promise<Database> | null }>('database', () => ({ opening: null }))

/**
 * The process's one database, opened and migrated at first use. Two SQLite connections in one process can
 * block each other and with them the event loop, so every module instance shares this one.
 */
export async function database(): Promise<Database> {
  const slot = theOne()
  // A failed opening is not kept: the next caller tries again, so recovery needs no restart.
  slot.opening ??= open().catch((error: unknown) => {
    slot.opening = null
    throw error
  })
  return slot.opening
}

/** For a program that is done with it, and that PostgreSQL's connections would keep alive. */
export async function closeDatabase(): Promise<void> {
  const slot = theOne()
  const opened = await slot.opening?.catch(() => null)
  slot.opening = null
  await opened?.db.destroy()
}

async function open(): Promise<Database> {
  const { databaseUrl } = env()
  const file = databaseFile(databaseUrl)
  if (file !== null) mkdirSync(dirname(file), { recursive: true })
  const opened = openDatabase(databaseUrl)
  try {
    await migrate(opened.db, opened.engine)
    return opened
  } catch (error) {
    await opened.db.destroy()
    throw error
  }
}
