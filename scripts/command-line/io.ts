import { type Context, UsageError } from './command.ts'

/** All access of a command-line program to its process. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: { write(text: string): unknown; isTTY?: boolean }
  readonly stderr: { write(text: string): unknown }
  readonly stdin: AsyncIterable<Uint8Array | string> & { isTTY?: boolean }
  readFile(path: string): Promise<Uint8Array>
  readonly now: () => number
}

/** Key rings are the longest input. */
const MAX_INPUT = 4 * 1024 * 1024

export function createContext(io: Io, print: (text: string) => void): Context {
  let used = false
  async function standardInput(): Promise<string> {
    if (used) throw new UsageError('Only one - per call: there is only one standard input.')
    used = true
    if (io.stdin.isTTY) print('Reading from standard input; end with Ctrl-D.')
    return readText(io.stdin)
  }
  return {
    env: io.env,
    now: io.now,
    async textOf(value) {
      const text = value === '-' ? (await standardInput()).replace(/\r?\n$/, '') : value
      if (text === '') throw new UsageError('A value is empty.')
      return text
    },
    async contentOf(path) {
      if (path === '-') return standardInput()
      try {
        return textFrom(await io.readFile(path), 'The file')
      } catch (error) {
        if (error instanceof UsageError) throw error
        const { code } = error as NodeJS.ErrnoException
        throw new UsageError(`The file cannot be read${code ? ` (${code})` : ''}.`)
      }
    },
  }
}

async function readText(stdin: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stdin) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : Buffer.from(chunk))
    size += chunk.length
    if (size > MAX_INPUT) throw new UsageError('Standard input is too long.')
  }
  return textFrom(Buffer.concat(chunks), 'Standard input')
}

/** An address in another encoding would be hashed to a value that matches no one. */
function textFrom(bytes: Uint8Array, source: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new UsageError(`${source} is not text in UTF-8.`)
  }
}

/** Last protection: removes these values from all output, also where other text repeats them. */
export function createRedactor(values: readonly (string | undefined)[]): (text: string) => string {
  const secrets = values.filter((secret) => secret !== undefined && secret.length >= 8) as string[]
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text)
}
