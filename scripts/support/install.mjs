import { createHash } from 'node:crypto'
import { accessSync, constants, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.mjs'
import { mustRun } from './run.mjs'
import { requireSupportedMachine, root } from './runtime.mjs'
import { giveUp, step } from './say.mjs'

const marker = join(root, 'node_modules', '.installed-lock')

/** Installs exactly the lockfile, unless that is installed already. No other download. */
export async function ensureInstalled() {
  requireSupportedMachine()
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (readText(marker) === lock) return
  try {
    accessSync(root, constants.W_OK)
  } catch {
    giveUp(`This process may not write to ${root}: clone the project to a folder of your own.`)
  }
  step('installing dependencies, about a minute the first time')
  // Also with NODE_ENV=production: building needs the development dependencies.
  await mustRun(
    ...npm(['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund']),
  )
  writeFileSync(marker, lock)
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
