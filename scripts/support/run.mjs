import { spawn } from 'node:child_process'
import { nodePath, root } from './runtime.mjs'

const running = new Set()

function stop(signal) {
  // Windows sends Ctrl-C to each program of a console, and `kill` would end it in the middle of its work.
  if (process.platform !== 'win32') for (const child of running) child.kill(signal)
  if (running.size === 0) process.exit(128 + { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }[signal])
}

// Stopping this process stops its children. Ctrl-C may reach them twice, which does no harm.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal))

// npm runs a script in a shell. Some shells (dash) wait for it instead of becoming it, and end on npm's
// SIGTERM without passing it on. Then the parent process changes.
if (process.env.npm_lifecycle_event) {
  const parent = process.ppid
  const watch = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(watch)
    stop('SIGTERM')
  }, 200).unref()
}

/** Starts a program. `ended` resolves with its exit code. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options })
  running.add(child)
  const ended = new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('close', (code, signal) => resolve(code ?? 128 + (signal === 'SIGINT' ? 2 : 15)))
  }).finally(() => running.delete(child))
  return { child, ended }
}

/** Runs a package's program to its end, with the project's Node by default. Returns its exit code. */
export const runNode = (args, options, node = nodePath()) => start(node, args, options).ended

/** Runs a program, and exits with its code when it fails. */
export async function mustRun(command, args, options) {
  const code = await start(command, args, options).ended
  if (code !== 0) process.exit(code)
}
