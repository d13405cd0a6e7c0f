import 'server-only'
import { closeDatabase, database } from '../database/open.ts'
import { EnvError, env } from '../env/server.ts'
import { singleton } from '../shared/singleton.ts'
import { pepperFingerprint } from './keys.ts'
import { type ChoiceStore, createChoiceStore } from './store.ts'

const theOne = () => singleton<{ opening: Promise<ChoiceStore> | null }>('choices', () => ({ opening: null }))

/** The process's one store of choices, on its one database, checked at first use. */
export async function choices(): Promise<ChoiceStore> {
  const slot = theOne()
  // A failed opening is not kept: the next caller tries again, so recovery needs no restart.
  slot.opening ??= open().catch((error: unknown) => {
    slot.opening = null
    throw error
  })
  return slot.opening
}

/** For a program that is done; a site never is. Closes the database too. */
export async function closeChoices(): Promise<void> {
  theOne().opening = null
  await closeDatabase()
}

async function open(): Promise<ChoiceStore> {
  const { choicesPeppers } = env()
  const opened = await database()
  const store = createChoiceStore(opened, choicesPeppers, Date.now)
  const known = new Set(choicesPeppers.map(pepperFingerprint))
  if ((await store.peppersInUse()).some((fingerprint) => !known.has(fingerprint)))
    throw new EnvError(
      'The choices store holds records of a pepper that is not listed, so opt-outs could be missed. ' +
        'Add the earlier value to CHOICES_PEPPER_PREVIOUS.',
    )
  return store
}
