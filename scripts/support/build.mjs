import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runNode } from './run.mjs'
import { bin, root } from './runtime.mjs'
import { step } from './say.mjs'

/** The sources of a build. */
export const sources = [
  'app',
  'lib',
  'public',
  'proxy.ts',
  'instrumentation.ts',
  'next.config.mjs',
  'postcss.config.mjs',
  'tsconfig.json',
  'tsconfig.site.json',
  'package-lock.json',
]
const marker = join(root, '.next', 'built-from')

/** Builds the site, unless the last build had the same sources. */
export async function ensureBuilt() {
  const fingerprint = fingerprintOf(sources)
  if (existsSync(marker) && readFileSync(marker, 'utf8') === fingerprint) return
  step('building the site, about 20 seconds')
  await build(fingerprint)
}

/** Builds the site. Ends the process when that fails. */
export async function build(fingerprint = fingerprintOf(sources)) {
  const code = await runNode([bin.next, 'build'], { env: { ...process.env, NODE_ENV: 'production' } })
  if (code !== 0) process.exit(code)
  writeFileSync(marker, fingerprint)
}

/** One hash of the names and contents of files and folders. */
export function fingerprintOf(names) {
  const hash = createHash('sha256')
  const add = (name) => {
    const path = join(root, name)
    const entries = listed(path)
    if (entries) for (const entry of entries) add(join(name, entry))
    else if (existsSync(path)) hash.update(name).update('\0').update(readFileSync(path))
  }
  for (const name of names) add(name)
  return hash.digest('hex')
}

function listed(path) {
  try {
    return readdirSync(path).sort()
  } catch {
    return undefined
  }
}
