import { run } from '../../../scripts/uid2/run.ts'

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
  /** Standard output as the one JSON document that it has to be. */
  json: Record<string, unknown>
}

/** Runs a command line in this process, with nothing of this process. */
export async function cli(line: readonly string[], setting: Setting = {}): Promise<Outcome> {
  const { env = {}, stdin = '', files = {}, now = Date.now, terminal = false } = setting
  const written = { out: '', err: '' }
  const code = await run(line, {
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
