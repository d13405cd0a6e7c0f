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
  // Its `sideEffects` decide what is left out.
  'package.json',
  'package-lock.json',
]

const site = { name: 'the site, about 20 seconds', folder: root, sources }
export const example = {
  name: 'examples/minimal',
  folder: join(root, 'examples/minimal'),
  sources: ['examples/minimal', 'lib', 'package-lock.json'],
}

/** Builds an app, unless its last build had the same sources. */
export async function ensureBuilt(app = site) {
  const marker = join(app.folder, '.next', 'built-from')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === fingerprintOf(app.sources)) return
  step(`building ${app.name}`)
  await build(app)
}

/** Builds an app. Ends the process when that fails. */
export async function build({ folder, sources } = site) {
  const fingerprint = fingerprintOf(sources)
  const env = { ...process.env, NODE_ENV: 'production' }
  const code = await runNode([bin.next, 'build'], { cwd: folder, env })
  if (code !== 0) process.exit(code)
  writeFileSync(join(folder, '.next', 'built-from'), fingerprint)
}

/** What a build leaves beside its sources. */
export const generated = /^(\.next|node_modules|next-env\.d\.ts|.*\.tsbuildinfo)$/

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
    return readdirSync(path)
      .filter((name) => !generated.test(name))
      .sort()
  } catch {
    return undefined
  }
}
