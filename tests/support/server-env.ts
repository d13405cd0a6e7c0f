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

/** Everything that the logger prints while `work` runs, as one text. */
export async function logged(work: () => unknown): Promise<string> {
  let text = ''
  const write = process.stdout.write
  // pino writes to the descriptor unless the stream is replaced before it is made.
  process.stdout.write = ((chunk: string | Uint8Array) => {
    text += chunk.toString()
    return true
  }) as typeof write
  try {
    await work()
  } finally {
    process.stdout.write = write
  }
  return text
}
