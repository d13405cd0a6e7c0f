import 'server-only'
import type { Database } from '../database/connection'
import { closeDatabase, sharedDatabase } from '../database/shared-database'
import { EnvError, env } from '../env/server'
import { perProcess } from '../shared/per-process'
import { pepperFingerprint } from './keys'
import { createSqlStore, type SqlStore } from './sql'

/** Of each database that was opened: its peppers are checked once. */
const stores = () => perProcess('choices', () => new WeakMap<Database, Promise<SqlStore>>())

/** The process's one store on a database, checked at first use. */
export const openStore = async (): Promise<SqlStore> => storeFor(await sharedDatabase())

export function storeFor(opened: Database): Promise<SqlStore> {
  const known = stores().get(opened)
  if (known) return known
  const checking = checked(opened)
  stores().set(opened, checking)
  // A check that failed is not kept: the next caller tries again.
  checking.catch(() => stores().delete(opened))
  return checking
}

/** For a program that is done; a site never is. */
export const closeStore = closeDatabase

async function checked(opened: Database): Promise<SqlStore> {
  const { choicesPeppers, product } = env()
  const store = createSqlStore(opened, choicesPeppers, Date.now, product)
  const known = new Set(choicesPeppers.map(pepperFingerprint))
  if ((await store.peppersInUse()).some((fingerprint) => !known.has(fingerprint)))
    throw new EnvError(
      'The choices store holds records of a pepper that is not listed, so opt-outs could be missed. ' +
        'Add the earlier value to CHOICES_PEPPER_PREVIOUS.',
    )
  return store
}
