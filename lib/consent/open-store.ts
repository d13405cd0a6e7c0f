import 'server-only'
import type { Database } from '../database/connection'
import { closeDatabase, sharedDatabase } from '../database/shared-database'
import { EnvError, env } from '../env/env'
import { processWide } from '../shared/process-wide'
import { pepperFingerprint } from './keys'
import { createSqlStore, type SqlStore } from './sql'

/** One store for each opened database, so its peppers are checked once. */
const stores = () => processWide('choices', () => new WeakMap<Database, Promise<SqlStore>>())

/** The store of the process's database, checked at first use. */
export const openStore = async (): Promise<SqlStore> => storeFor(await sharedDatabase())

export function storeFor(opened: Database): Promise<SqlStore> {
  const known = stores().get(opened)
  if (known) return known
  const checking = checkPeppers(opened)
  stores().set(opened, checking)
  // A failed check is not kept: the next caller tries again.
  checking.catch(() => stores().delete(opened))
  return checking
}

/** For command-line programs. The site never closes it. */
export const closeStore = closeDatabase

async function checkPeppers(opened: Database): Promise<SqlStore> {
  const { choicesPeppers, product } = env()
  const store = createSqlStore(opened, choicesPeppers, Date.now, product)
  const known = new Set(choicesPeppers.map(pepperFingerprint))
  if ((await store.peppersInUse()).some((fingerprint) => !known.has(fingerprint)))
    throw new EnvError(
      'The choices store holds records written with a pepper that is not listed, so opt-outs could be missed. ' +
        'Add the earlier value to CHOICES_PEPPER_PREVIOUS.',
    )
  return store
}
