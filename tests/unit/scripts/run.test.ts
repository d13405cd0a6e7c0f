import { spawn } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../../../scripts/support/runtime.mjs'
import { until } from '../../support/until.ts'

const idle = 'setInterval(() => {}, 1000)'
const runner = pathToFileURL(`${root}scripts/support/run.mjs`).href
/** A script of ours that runs a program, and says who both are. */
const script = `
const { start } = await import(${JSON.stringify(runner)})
const { child } = start(process.execPath, ['-e', ${JSON.stringify(idle)}])
console.log(process.pid, child.pid)`

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

// Windows does not tell a process that its parent is gone.
test.skipIf(process.platform === 'win32')(
  'a script and what it runs end with the shell of npm, also one that dies without a word',
  async () => {
    const args = JSON.stringify(['--input-type=module', '-e', script])
    const wrapper = `require('node:child_process').spawn(process.execPath, ${args}, { stdio: 'inherit' })`
    const shell = spawn(process.execPath, ['-e', wrapper], {
      env: { ...process.env, npm_lifecycle_event: 'start' },
    })
    let said = ''
    shell.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    await until(() => said.endsWith('\n'))
    const pids = said.trim().split(' ').map(Number)
    onTestFinished(() => {
      for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL')
    })
    expect(pids.map(isAlive)).toEqual([true, true])
    shell.kill('SIGKILL')
    await until(() => !pids.some(isAlive))
  },
)
