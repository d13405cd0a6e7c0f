import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getHeapStatistics } from 'node:v8'
import { bypassProxyForLoopback } from '../../lib/shared/bypass-proxy.mjs'
import { giveUp } from './say.mjs'

// The site works offline, so Next's telemetry is off. Set it to 0 to take part.
process.env.NEXT_TELEMETRY_DISABLED ??= '1'

// For our own requests and for the programs that we start.
bypassProxyForLoopback()

/** The project's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

const atLeast = (major, minor) => {
  const [a = 0, b = 0] = process.versions.node.split('.').map(Number)
  return a > major || (a === major && b >= minor)
}

/** On glibc Linux (x64 and arm64) the lockfile installs the pinned Node. */
const pinnedHere =
  process.platform === 'linux' &&
  (process.arch === 'x64' || process.arch === 'arm64') &&
  Boolean(process.report?.getReport().header.glibcVersionRuntime)

/** Checked before a native module is loaded: an old Node would crash in it silently. */
export function requireSupportedMachine() {
  if (pinnedHere ? atLeast(20, 0) : atLeast(22, 13)) return
  giveUp(
    `This needs Node ${pinnedHere ? '20' : '22.13'} or later (here: ${process.versions.node}): install it from https://nodejs.org and try again.`,
  )
}

/** The Node that runs the site: the pinned one if installed, else this one. */
export function nodePath() {
  const pinned = join(root, 'node_modules', '.bin', 'node')
  return pinnedHere && existsSync(pinned) ? pinned : process.execPath
}

/** The machine's own Node, if it differs from ours and is new enough for the tests' tools. */
export function hostNode() {
  const own = join(root, 'node_modules', '.bin')
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
    if (folder === '' || folder === own || !existsSync(path)) continue
    const version =
      spawnSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim() ?? ''
    const [major = 0, minor = 0] = version.split('.').map(Number)
    if (version === ownVersion()) continue
    if (major > 20 || (major === 20 && minor >= 19)) return { path, version }
  }
}

const ownVersion = () =>
  spawnSync(nodePath(), ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout?.trim()

/** Flags for running our TypeScript directly, with React's server graph for `server-only`. */
export const typescriptFlags = [
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
  '--conditions=react-server',
  `--import=${new URL('typescript-imports.mjs', import.meta.url).href}`,
]

/**
 * `NODE_OPTIONS` for the process of a built site; those of the environment come last, so they win. By itself V8 uses
 * what a machine has: on a large one the heap grows fourfold between two collections, and new objects take 130 MB.
 */
export function siteNodeOptions(given = process.env.NODE_OPTIONS ?? '') {
  const largestHeap = Math.min(1024, Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20))
  const own = `--max-semi-space-size=16 --max-old-space-size=${largestHeap}`
  return `${own} ${given}`.trim()
}

/** A package's program, for `nodePath()`. */
export const bin = {
  next: join(root, 'node_modules/next/dist/bin/next'),
  vitest: join(root, 'node_modules/vitest/vitest.mjs'),
  playwright: join(root, 'node_modules/@playwright/test/cli.js'),
  tsc: join(root, 'node_modules/typescript/bin/tsc'),
  biome: join(root, 'node_modules/@biomejs/biome/bin/biome'),
  knip: join(root, 'node_modules/knip/bin/knip.js'),
}
