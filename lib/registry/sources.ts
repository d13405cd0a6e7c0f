import 'server-only'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sources } from './build'

/** The files of a checkout. Paths have `/` on every system. */
export const sourcesIn = (root: string): Sources => ({
  read: (path) => orNull(() => readFileSync(join(/* turbopackIgnore: true */ root, path), 'utf8')),
  list: (folder) =>
    (
      orNull(() =>
        readdirSync(join(/* turbopackIgnore: true */ root, folder), { recursive: true, encoding: 'utf8' }),
      ) ?? []
    ).map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
})

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    // Not there, or a folder.
    return null
  }
}
