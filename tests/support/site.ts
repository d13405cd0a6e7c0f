import type { ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { variables } from '#lib/env/variables.ts'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { spawnForTests } from './spawn.ts'

/** The production build of the site, in its own process on a free port. */
export interface Site {
  origin: string
  port: number
  pid: number
  dataDir: string
  /** The process's output. */
  log(): string
  stop(signal?: NodeJS.Signals): Promise<void>
}

export interface SiteOptions {
  env?: Record<string, string>
  /** Folder of a build. The project by default. */
  folder?: string
  /** Pass the same folder again to restart a site with its data. */
  dataDir?: string
  port?: number
}

export async function startSite(options: SiteOptions = {}): Promise<Site> {
  const port = options.port ?? (await freePort())
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'lantern-'))
  const child = spawnForTests(nodePath(), [bin.next, 'start', '-p', String(port), '-H', '127.0.0.1'], {
    cwd: options.folder ?? root,
    env: {
      ...bareEnvironment(),
      // A start takes half the time with the compiled code of an earlier one.
      NODE_COMPILE_CACHE: join(root, 'test-results', 'compiled'),
      PORT: String(port),
      DATA_DIR: dataDir,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log = collectOutput(child)
  // With `close`, all of its output has arrived.
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const origin = `http://localhost:${port}`
  await healthy(origin, child, log)
  return {
    origin,
    port,
    pid: child.pid ?? 0,
    dataDir,
    log,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      await ended
    },
  }
}

/** The environment of a newcomer's shell, without variables that configure the site. */
export function bareEnvironment(): NodeJS.ProcessEnv & Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name]) => !(name in variables) && !/^(UID2_|AUTH_|NEXT|NODE_ENV$|VITEST)/.test(name),
  )
  return { ...Object.fromEntries(kept), NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' }
}

export function collectOutput(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  return () => text
}

/** On a busy machine a start takes many seconds. */
const startMs = 120_000

async function healthy(origin: string, child: ChildProcess, log: () => string): Promise<void> {
  for (const end = Date.now() + startMs; ; ) {
    if (child.exitCode !== null) throw new Error(`The site ended with ${child.exitCode}:\n${log()}`)
    if (Date.now() > end) throw new Error(`The site did not become healthy:\n${log()}`)
    const answer = await fetch(`${origin}/api/health`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await pause(20)
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
