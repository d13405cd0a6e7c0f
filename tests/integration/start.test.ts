import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'
import { npm } from '../../scripts/support/npm.mjs'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { signedIn } from '../support/reader.ts'
import { bareEnvironment, collectOutput, freePort, startSite } from '../support/site.ts'
import { until } from '../support/until.ts'

const running = new Set<ChildProcess>()
afterEach(() => {
  // The group of each, so that what npm started ends with it.
  for (const { pid = 0 } of running)
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It has ended meanwhile.
    }
})

interface Program {
  child: ChildProcess
  port: number
  text(): string
  ended: Promise<number | null>
}

async function run(command: string, args: string[], env: Record<string, string> = {}): Promise<Program> {
  const port = await freePort()
  const dataDir = mkdtempSync(join(tmpdir(), 'lantern-start-'))
  const child = spawn(command, args, {
    cwd: root,
    env: { ...bareEnvironment(), PORT: String(port), DATA_DIR: dataDir, ...env },
    detached: true,
  })
  running.add(child)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  void ended.then(() => running.delete(child))
  return { child, port, text: collectOutput(child), ended }
}

const nextStart = async (env: Record<string, string> = {}) =>
  run(nodePath(), [bin.next, 'start', '-p', env.PORT ?? String(await freePort())], env)
const startScript = (env: Record<string, string> = {}) => run(process.execPath, ['scripts/start.mjs'], env)

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, () => probe.close(() => resolve(true)))
  })

/** Ids of processes whose environment has this port: all that a start has left behind. */
function leftBehind(port: number): string[] {
  const has = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`PORT=${port}`)
    } catch {
      return false
    }
  }
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && has(name))
}

const stack = /\n\s+at |node:internal/

describe('a faulty environment (U20)', () => {
  const faulty = {
    UID2_BASE_URL: 'http://canary.example',
    UID2_CLIENT_SECRET: 'canary-secret',
    UID2_APIKEY: 'canary-key',
    GPC_SCOPE: 'canary',
  }
  const named = [...Object.keys(faulty), 'UID2_API_KEY']

  it.each([
    ['next start', nextStart],
    ['npm start’s script', startScript],
  ])('ends %s with code 1 and every fault in one message, before anything is built', async (_, start) => {
    const { ended, text } = await start(faulty)
    expect(await ended).toBe(1)
    for (const name of named) expect(text()).toContain(name)
    expect(text()).not.toMatch(/canary|building/)
    expect(text()).not.toMatch(stack)
  })
})

describe('a start that cannot succeed', () => {
  it('with demo sign-in beside a real operator, open to the network, ends with code 1 (U12)', async () => {
    const bare = await nextStart({
      UID2_BASE_URL: 'http://127.0.0.1:9',
      UID2_API_KEY: sandboxPublisher.apiKey,
      UID2_CLIENT_SECRET: sandboxPublisher.clientSecret,
      DEMO_SIGN_IN: 'on',
    })
    expect(await bare.ended).toBe(1)
    expect(bare.text()).toMatch(/DEMO_SIGN_IN=on with a real operator is only for this machine/)
    expect(bare.text()).not.toMatch(/\n {4}at /)
  })

  it('on a port that is in use says so in one sentence that names another', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, resolve))
    const address = server.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const { ended, text } = await startScript({ PORT: port })
    expect(await ended).toBe(1)
    expect(text().trim()).toMatch(
      new RegExp(`^Port ${port} is in use: .*PORT=${Number(port) + 1} npm start$`),
    )
    await new Promise((resolve) => server.close(resolve))
  })

  it('without the pepper of what the store holds says so in one sentence, code 1', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'lantern-pepper-'))
    const first = await startSite({ dataDir, env: { CHOICES_PEPPER: 'first-pepper'.padEnd(32, '.') } })
    await (await signedIn(first)).choose('denied')
    await first.stop()
    const { ended, text } = await nextStart({
      DATA_DIR: dataDir,
      CHOICES_PEPPER: 'second-pepper'.padEnd(32, '.'),
    })
    expect(await ended).toBe(1)
    expect(text()).toMatch(/CHOICES_PEPPER_PREVIOUS\.\n/)
    expect(text()).not.toMatch(stack)
    expect(text()).not.toMatch(/(first|second)-pepper/)
  })
})

describe('npm start', () => {
  it.skipIf(process.platform !== 'linux').each(['SIGTERM', 'Ctrl-C'] as const)(
    'announces itself, and %s leaves no process behind and frees the port',
    async (end) => {
      const [command, args] = npm(['start'])
      const { child, ended, text, port } = await run(command, args)
      await until(() => text().includes('\nNext: '))
      const origin = `http://localhost:${port}`
      const lines = text().split('\n')
      const ready = lines.indexOf(`ready ${origin}`)
      expect(lines.slice(ready, ready + 4)).toEqual([
        `ready ${origin}`,
        `UID2_BASE_URL=${origin}/sandbox/operator`,
        `UID2_API_KEY=${sandboxPublisher.apiKey}`,
        `UID2_CLIENT_SECRET=${sandboxPublisher.clientSecret}`,
      ])
      expect((await fetch(`${origin}/api/health`)).status).toBe(200)
      expect(leftBehind(port).length).toBeGreaterThan(0)
      // A terminal tells the whole group; a supervisor npm alone.
      if (end === 'SIGTERM') child.kill(end)
      else process.kill(-(child.pid ?? 0), 'SIGINT')
      await ended
      await until(async () => leftBehind(port).length === 0)
      expect(await isFree(port)).toBe(true)
    },
  )
})
