import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '#tests/support/until.ts'
import { nodePath, root, typescriptFlags } from '../../../scripts/support/runtime.mjs'

const moduleOf = (path: string) => JSON.stringify(pathToFileURL(`${root}${path}`).href)
const idle = JSON.stringify('setInterval(() => {}, 1000)')

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Kills a program once it has printed process ids, which must end then. */
async function killAndExpectEnded(args: string[], env: Record<string, string> = {}) {
  const program = spawn(nodePath(), args, { env: { ...process.env, ...env } })
  let printed = ''
  program.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await until(() => printed.endsWith('\n'))
  const pids = printed.trim().split(' ').map(Number)
  onTestFinished(() => {
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL')
  })
  expect(pids.filter((pid) => !isAlive(pid))).toEqual([])
  program.kill('SIGKILL')
  await until(() => !pids.some(isAlive))
}

// Windows does not tell a process that its parent has ended.
test.skipIf(process.platform === 'win32')(
  'a script and its program end with the shell that npm starts, also one that is killed',
  async () => {
    const script = `
      const { start } = await import(${moduleOf('scripts/support/run.mjs')})
      const { child } = start(process.execPath, ['-e', ${idle}])
      console.log(process.pid, child.pid)`
    const args = JSON.stringify(['--input-type=module', '-e', script])
    const shell = `require('node:child_process').spawn(process.execPath, ${args}, { stdio: 'inherit' })`
    await killAndExpectEnded(['-e', shell], { npm_lifecycle_event: 'start' })
  },
)

test('a program that a test has started ends with its test runner, also one that is killed', async () => {
  const worker = `
    const { spawnForTests } = await import(${moduleOf('tests/support/spawn.ts')})
    const child = spawnForTests(process.execPath, ['-e', ${idle}], { stdio: 'ignore' })
    console.log(child.pid)
    setInterval(() => {}, 1000)`
  await killAndExpectEnded([...typescriptFlags, '--input-type=module', '-e', worker])
})
