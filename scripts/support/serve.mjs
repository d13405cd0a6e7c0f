import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { start } from './run.mjs'
import { bin, nodePath, root, siteNodeOptions, typescriptFlags } from './runtime.mjs'
import { giveUp } from './say.mjs'

export const port = Number(process.env.PORT || 3000)

/** Returns the checked configuration, or exits with code 1 and one message with every fault. */
export function readConfiguration(command = 'start') {
  try {
    const json = execFileSync(nodePath(), [...typescriptFlags, 'scripts/support/configuration.ts', command], {
      cwd: root,
      env: { ...process.env, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    return JSON.parse(json.toString())
  } catch {
    process.exit(1)
  }
}

export async function requireFreePort() {
  const free = await new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error) => resolve(error.code))
    probe.listen(port, () => probe.close(() => resolve(true)))
  })
  if (free === 'EADDRINUSE')
    giveUp(
      `Port ${port} is in use: stop the program that uses it, or choose another port: PORT=${port + 1} npm start`,
    )
  if (free === 'EACCES') giveUp(`This process may not listen on port ${port}: choose one above 1023.`)
}

/** Starts the built site (or, with `command` dev, the development server). */
export function serve({ loopbackOnly }, command = 'start') {
  const host = loopbackOnly ? ['-H', '127.0.0.1'] : []
  return start(nodePath(), [bin.next, command, '-p', String(port), ...host], {
    env: {
      ...process.env,
      PORT: String(port),
      ...(command === 'start' && { NODE_OPTIONS: siteNodeOptions() }),
    },
  })
}

/** Resolves to true when the app answers at a path, or to false when it ended before. */
export async function whenReady(ended, path = '/api/health') {
  let gone = false
  void ended.then(() => {
    gone = true
  })
  while (!gone) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => undefined)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return true
    await wait(100)
  }
  return false
}
