import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Adds `.js` to each relative import in a folder of compiled files: Node needs it, and the compiler does
 * not add it.
 */
export function nameEndings(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!/\.(js|d\.ts)$/.test(name)) continue
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replaceAll(/(\b(?:from|import)\s*\(?\s*['"]\.[^'"]*)(?=['"])/g, '$1.js'))
  }
}
