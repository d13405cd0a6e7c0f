import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { createSqlStore, type SqlStore } from '#lib/consent/sql.ts'
import { openDatabase } from '#lib/database/connection.ts'
import { migrate } from '#lib/database/migrations.ts'
import type { Schema } from '#lib/database/schema.ts'
import type { Choice } from '#lib/identity/types.ts'
import { hashEmail } from '#lib/uid2/index.ts'
import { run } from '#tests/support/command-line.ts'
import { becomeSite } from '#tests/support/server-env.ts'
import { program } from '../../../scripts/choices/program.ts'

export const [pepper, newer] = ['earlier-pepper', 'present-pepper'].map((name) => name.padEnd(40, '!')) as [
  string,
  string,
]
export const address = 'canary@example.com'
export const diiHash = await hashEmail(address)

/** Two accounts with the address, each with what the store calls a `sub`. */
export const [mine, theirs] = ['proof:canarysub1', 'google:canarysub2'].map((sub) => ({ sub, diiHash })) as [
  { sub: string; diiHash: string },
  { sub: string; diiHash: string },
]
export const consent: Choice = {
  advertising: 'granted',
  version: '1',
  wording: 'May we?\n\nSay yes or no.',
  source: 'page',
}
export const denial: Choice = { ...consent, advertising: 'denied' }

export const newFile = () => `file:${join(mkdtempSync(join(tmpdir(), 'lantern-records-')), 'choices.db')}`

/** The store of a site that runs beside the command. */
export interface RunningStore {
  db: Kysely<Schema>
  store: SqlStore
  /** Unix ms of its clock. */
  now: number
}

export async function runningStore(
  url: string,
  peppers: [string, ...string[]] = [pepper],
): Promise<RunningStore> {
  const { db, engine } = openDatabase(url)
  await migrate({ db, engine })
  const running: RunningStore = {
    db,
    now: Date.UTC(2026, 10, 2, 9),
    store: createSqlStore({ db, engine }, peppers, () => running.now),
  }
  return running
}

/** Runs a command line with these variables, as a process of its own would. */
export function cli(variables: Record<string, string>, line: readonly string[], stdin = '') {
  becomeSite(variables)
  return run(program, line, { env: process.env, stdin })
}

/** What no output may contain. */
export const secrets = [
  'canary',
  pepper,
  newer,
  ...[diiHash, diiHash.replace(/=+$/, '')],
  Buffer.from(diiHash, 'base64').toString('hex'),
  Buffer.from(diiHash, 'base64').toString('base64url'),
]
