import { readFile } from 'node:fs/promises'
import nextEnv from '@next/env'
import { root } from '../support/runtime.mjs'
import type { Program } from './command.ts'
import { runProgram } from './program.ts'

/** Runs the program with this process's arguments. */
export async function runProcess(program: Program): Promise<void> {
  // The same .env files as the site.
  nextEnv.loadEnvConfig(root, false, { info() {}, error: console.error })

  // The program that reads the output may stop early, as `head` does.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })

  process.exitCode = await runProgram(program, process.argv.slice(2), {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    stdin: process.stdin,
    readFile: (path) => readFile(path),
    now: Date.now,
  })
}
