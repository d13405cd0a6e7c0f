import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bareEnvironment } from './site.ts'

/**
 * Makes this very process a newly started site with these variables: forgets what a process keeps
 * (environment, store, flights, limits) and gives it a folder of its own.
 */
export function becomeSite(variables: Record<string, string> = {}): { dataDir: string } {
  for (const key of Object.getOwnPropertySymbols(globalThis))
    if (key.description?.startsWith('uid2-publisher.')) Reflect.deleteProperty(globalThis, key)
  const dataDir = variables.DATA_DIR ?? mkdtempSync(join(tmpdir(), 'lantern-unit-'))
  process.env = { ...bareEnvironment(), NODE_ENV: 'test', DATA_DIR: dataDir, ...variables }
  return { dataDir }
}

/** A cookie jar as pages and requests have it. */
export const jarOf = (cookies: Record<string, string>) => ({
  get: (name: string) => (cookies[name] === undefined ? undefined : { value: cookies[name] }),
})
