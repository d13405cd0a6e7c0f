import 'server-only'
import type { Database } from '../database/connection.ts'
import { closeDatabase, database } from '../database/open.ts'
import { EnvError, env } from '../env/server.ts'
import { singleton } from '../shared/singleton.ts'
import { pepperFingerprint } from './keys.ts'
import { type ChoiceStore, createChoiceStore } from './store.ts'

/** Of each database that was opened: its peppers are checked once. */
const stores = () => singleton('choices', () => new WeakMap<Database, Promise<ChoiceStore>>())

/** The process's one store of choices, on its one database, checked at first use. */
export const choices = async (): Promise<ChoiceStore> => choicesOn(await database())

export function choicesOn(opened: Database): Promise<ChoiceStore> {
  const known = stores().get(opened)
  if (known) return known
  const checking = checked(opened)
  stores().set(opened, checking)
  // A check that failed is not kept: the next caller tries again.
  checking.catch(() => stores().delete(opened))
  return checking
}

/** For a program that is done; a site never is. */
export const closeChoices = closeDatabase

async function checked(opened: Database): Promise<ChoiceStore> {
  const { choicesPeppers, product } = env()
  const store = createChoiceStore(opened, choicesPeppers, Date.now, product)
  const known = new Set(choicesPeppers.map(pepperFingerprint))
  if ((await store.peppersInUse()).some((fingerprint) => !known.has(fingerprint)))
    throw new EnvError(
      'The choices store holds records of a pepper that is not listed, so opt-outs could be missed. ' +
        'Add the earlier value to CHOICES_PEPPER_PREVIOUS.',
    )
  return store
}
