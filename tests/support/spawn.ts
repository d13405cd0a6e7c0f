import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

let reaper: ChildProcess | undefined

/**
 * Starts a program that ends with this process at the latest, also when the process is killed or its tests
 * stop nothing.
 */
export function spawnForTests(command: string, args: string[], options: SpawnOptions): ChildProcess {
  const child = spawn(command, args, options)
  sendToReaper(`+${child.pid}`)
  child.once('exit', () => sendToReaper(`-${child.pid}`))
  return child
}

function sendToReaper(line: string): void {
  reaper ??= startReaper()
  reaper.stdin?.write(`${line}\n`)
}

function startReaper(): ChildProcess {
  const file = fileURLToPath(new URL('reaper.mjs', import.meta.url))
  const started = spawn(process.execPath, [file], { stdio: ['pipe', 'ignore', 'ignore'] })
  // A missing reaper must not fail a test. The test process may end before it.
  started.stdin?.on('error', () => {})
  started.unref()
  return started
}
