import 'server-only'
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { EnvError, env } from '../env/server.ts'
import { singleton } from '../shared/singleton.ts'
import { openDatabase } from './database.ts'
import { pepperFingerprint } from './keys.ts'
import { migrate } from './migrations.ts'
import { type ChoiceStore, createChoiceStore } from './store.ts'

/**
 * The process's one store, opened and migrated at first use. Two SQLite connections in one process can
 * block each other and with them the event loop, so every module instance shares this one.
 */
export async function choices(): Promise<ChoiceStore> {
  const slot = singleton<{ opening: Promise<ChoiceStore> | null }>('choices', () => ({ opening: null }))
  // A failed opening is not kept: the next caller tries again, so recovery needs no restart.
  slot.opening ??= open().catch((error: unknown) => {
    slot.opening = null
    throw error
  })
  return slot.opening
}

async function open(): Promise<ChoiceStore> {
  const { databaseUrl, choicesPeppers } = env()
  if (databaseUrl.startsWith('file:'))
    mkdirSync(dirname(databaseUrl.slice('file:'.length)), { recursive: true })
  const { db, engine } = openDatabase(databaseUrl)
  try {
    await migrate(db, engine)
    const store = createChoiceStore(db, choicesPeppers, Date.now)
    const known = new Set(choicesPeppers.map(pepperFingerprint))
    if ((await store.peppersInUse()).some((fingerprint) => !known.has(fingerprint)))
      throw new EnvError(
        'The choices store holds records of a pepper that is not listed, so opt-outs could be missed. ' +
          'Add the earlier value to CHOICES_PEPPER_PREVIOUS.',
      )
    return store
  } catch (error) {
    await db.destroy()
    throw error
  }
}
