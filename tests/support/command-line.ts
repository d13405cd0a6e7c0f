import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Program } from '../../scripts/command-line/command.ts'
import { runProgram } from '../../scripts/command-line/program.ts'
import { nodePath, root } from '../../scripts/support/runtime.mjs'

export interface Setting {
  env?: Record<string, string | undefined>
  stdin?: string | Uint8Array
  files?: Record<string, string>
  now?: () => number
  terminal?: boolean
}

export interface Outcome {
  code: number
  out: string
  err: string
  /** Standard output, which must be one JSON document. */
  json: Record<string, unknown>
}

/** Runs a command in this process, isolated from its environment. */
export async function run(
  program: Program,
  line: readonly string[],
  setting: Setting = {},
): Promise<Outcome> {
  const { env = {}, stdin = '', files = {}, now = Date.now, terminal = false } = setting
  const written = { out: '', err: '' }
  const code = await runProgram(program, line, {
    env,
    now,
    stdout: { isTTY: terminal, write: (text) => (written.out += text) },
    stderr: { write: (text) => (written.err += text) },
    stdin: (async function* () {
      yield stdin
    })(),
    async readFile(path) {
      const text = files[path]
      if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' })
      return Buffer.from(text)
    },
  })
  return {
    code,
    ...written,
    get json() {
      return JSON.parse(written.out) as Record<string, unknown>
    },
  }
}

const marker = join(root, 'node_modules', '.installed-lock')

/** Without it a launcher would install, and replace packages that other tests use. */
export const installed =
  existsSync(marker) &&
  readFileSync(marker, 'utf8') ===
    createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex')

/** Runs Node with these arguments in another folder, with only these variables. */
export function spawnNode(args: string[], stdin: string, env: Record<string, string>) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve, reject) => {
    const { PATH = '', HOME = '' } = process.env
    const child = spawn(nodePath(), args, { cwd: tmpdir(), env: { NODE_ENV: 'test', PATH, HOME, ...env } })
    const written = { out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => {
      written.out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      written.err += chunk.toString()
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...written }))
    child.stdin.end(stdin)
  })
}
