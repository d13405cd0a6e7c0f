import { spawn } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { nodePath, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { until } from '../../support/until.ts'

const file = fileURLToPath(new URL('../../support/spawn.ts', import.meta.url))
const idle = 'setInterval(() => {}, 1000)'
/** A worker of a test runner, and a program that it starts. */
const worker = `
const { spawnForTests } = await import(${JSON.stringify(pathToFileURL(file).href)})
const child = spawnForTests(process.execPath, ['-e', ${JSON.stringify(idle)}], { stdio: 'ignore' })
console.log(child.pid)
setInterval(() => {}, 1000)`

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('what a test has started ends with its runner, also one that is killed', async () => {
  const runner = spawn(nodePath(), [...typescriptFlags, '--input-type=module', '-e', worker])
  let said = ''
  runner.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await until(() => said.endsWith('\n'))
  const pid = Number(said)
  onTestFinished(() => {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })
  expect(isAlive(pid)).toBe(true)
  runner.kill('SIGKILL')
  await until(() => !isAlive(pid))
})
