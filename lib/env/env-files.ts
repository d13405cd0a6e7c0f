import 'server-only'
import nextEnv from '@next/env'

type Values = Record<string, string | undefined>

/** How Next parses a `.env` line: a name, a value with or without quotes, and a comment. */
const assignment =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(#.*)?$/gm

interface WrittenValue {
  /** The value as written, without quotes. */
  value: string
  /** The value may have been cut: a `#` directly follows it, without a space. */
  cut: boolean
}

function parseEnvFile(contents: string): Map<string, WrittenValue> {
  const found = new Map<string, WrittenValue>()
  for (const [, name = '', text = '', comment] of contents.replaceAll(/\r\n?/g, '\n').matchAll(assignment)) {
    const trimmed = text.trim()
    const plain = trimmed.replace(/^(['"`])([\s\S]*)\1$/, '$2')
    const value = trimmed.startsWith('"') ? plain.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : plain
    const cut = comment !== undefined && plain === trimmed && trimmed !== '' && !/\s$/.test(text)
    found.set(name, { value, cut })
  }
  return found
}

/**
 * The names whose value differs from what is written. Next expands `$`, also between single quotes, and also
 * in a variable of the process that a file names. A `#` ends an unquoted value. `files`: highest priority
 * first. Pure.
 */
function findChangedNames(before: Values, files: readonly { contents: string }[], now: Values): string[] {
  const written = files.map(({ contents }) => parseEnvFile(contents))
  const names = new Set(written.flatMap((file) => [...file.keys()]))
  return [...names].filter((name) => {
    const own = before[name]
    if (own) return own.includes('$') && now[name] !== own
    const { value = '', cut = false } = written.find((file) => file.has(name))?.get(name) ?? {}
    return cut || (value.includes('$') && now[name] !== value.replaceAll('\\$', '$'))
  })
}

/**
 * One message for people, or null. It contains no value. Reads Next's files, unless they were read before.
 */
export function envFilesWarning(development: boolean): string | null {
  const { loadedEnvFiles } = nextEnv.loadEnvConfig(process.cwd(), development)
  const names = findChangedNames(nextEnv.initialEnv ?? {}, loadedEnvFiles, process.env)
  return names.length === 0 ? null : describe(names)
}

const describe = (names: string[]): string =>
  `A .env file changes what is written for ${names.join(', ')}. Unless that is meant:
  $ is the name of another variable: write \\$ for the character, also between quotes.
  # begins a comment: put a value that has one between quotes.
  A variable of the process is changed in the same way when a .env file names it too: take it out of the file.`
