import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Gives each relative import in a folder of compiled files its `.js`, without which Node finds no module. The compiler
 * leaves imports as they stand, and those of the sources have no ending.
 */
export function nameEndings(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (!/\.(js|d\.ts)$/.test(name)) continue
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replaceAll(/(\b(?:from|import)\s*\(?\s*['"]\.[^'"]*)(?=['"])/g, '$1.js'))
  }
}
