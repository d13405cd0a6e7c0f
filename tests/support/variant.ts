import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fingerprintOf, sources } from '../../scripts/support/build.mjs'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { bareEnvironment, collectOutput } from './site.ts'
import { spawnForTests } from './spawn.ts'

export interface Change {
  /** A folder whose contents are copied into `app/`. */
  addToApp?: string
  /** Files and folders. */
  remove?: string[]
  /** New or replaced files, by path. */
  write?: Record<string, string>
}

/**
 * For hooks that build: on a busy machine a build takes minutes, and another test file may have started it.
 */
export const buildTimeoutMs = 15 * 60_000

/**
 * A production build of the site with added pages, or with removed or replaced files, in a folder below the
 * project, so that it uses the project's packages. It is built again only when it would differ.
 */
export async function buildVariant(name: string, change: Change): Promise<string> {
  const folder = join(root, 'test-results', 'variants', name)
  // Several test files may need the same build at the same time.
  return whileAlone(`${folder}.lock`, () => build(folder, name, change))
}

/** One process at a time. The lock of a dead process is taken over. */
async function whileAlone<T>(lock: string, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(lock), { recursive: true })
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      if (!isAlive(lock)) rmSync(lock, { force: true })
      else await pause(200)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function isAlive(lock: string): boolean {
  try {
    return process.kill(Number(readFileSync(lock, 'utf8')) || process.pid, 0)
  } catch {
    return false
  }
}

async function build(folder: string, name: string, change: Change): Promise<string> {
  const marker = join(folder, '.next', 'built-from')
  const added = change.addToApp ? [change.addToApp] : []
  const fingerprint = fingerprintOf([...sources, 'package.json', ...added]) + JSON.stringify(change)
  if (existsSync(marker) && readFileSync(marker, 'utf8') === fingerprint) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // With a lockfile this folder would be a root without packages.
  for (const source of [...sources, 'package.json'])
    if (source !== 'package-lock.json' && existsSync(join(root, source)))
      cpSync(join(root, source), join(folder, source), { recursive: true })
  // For code that names a file in node_modules by path. Packages are found anyway.
  symlinkSync(join('..', '..', '..', 'node_modules'), join(folder, 'node_modules'), 'junction')
  for (const path of change.remove ?? []) rmSync(join(folder, path), { recursive: true })
  for (const [path, text] of Object.entries(change.write ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  if (change.addToApp) cpSync(join(root, change.addToApp), join(folder, 'app'), { recursive: true })
  const child = spawnForTests(nodePath(), [bin.next, 'build'], { cwd: folder, env: bareEnvironment() })
  const log = collectOutput(child)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`The variant ${name} did not build:\n${log()}`)
  writeFileSync(marker, fingerprint)
  return folder
}

/**
 * The project's build with the proxy removed from the files that Next reads at start. Tests that use it first
 * check that there is none.
 */
export function buildWithoutProxy(): string {
  const folder = join(root, 'test-results', 'variants', 'no-proxy')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const kept = (path: string) => !/[/\\]\.next[/\\](cache|dev)([/\\]|$)/.test(path)
  cpSync(join(root, '.next'), join(folder, '.next'), {
    recursive: true,
    filter: kept,
    verbatimSymlinks: true,
  })
  for (const source of ['package.json', 'next.config.mjs', 'app/(site)/_articles/without-ads.mjs'])
    cpSync(join(root, source), join(folder, source))
  symlinkSync(join('..', '..', '..', 'node_modules'), join(folder, 'node_modules'), 'junction')
  const manifest = join(folder, '.next', 'server', 'functions-config-manifest.json')
  const { functions, ...rest } = JSON.parse(readFileSync(manifest, 'utf8'))
  writeFileSync(manifest, JSON.stringify({ ...rest, functions: { ...functions, '/_middleware': undefined } }))
  return folder
}
