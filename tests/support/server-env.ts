import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEnvironment } from './site.ts'

/**
 * Makes this process a newly started site with these variables: resets its state (environment, store, calls,
 * limits) and gives it an own folder.
 */
export function becomeSite(variables: Record<string, string> = {}): { dataDir: string } {
  for (const key of Object.getOwnPropertySymbols(globalThis))
    if (key.description?.startsWith('uid2-publisher.')) Reflect.deleteProperty(globalThis, key)
  const dataDir = variables.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'lantern-unit-'))
  process.env = { ...bareEnvironment(), NODE_ENV: 'test', DATA_DIR: dataDir, ...variables }
  return { dataDir }
}

/** The cookies of a page or request. */
export const jarOf = (cookies: Record<string, string>) => ({
  get: (name: string) => (cookies[name] === undefined ? undefined : { value: cookies[name] }),
})
