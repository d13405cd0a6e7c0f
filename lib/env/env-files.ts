import 'server-only'
import nextEnv from '@next/env'

type Values = Record<string, string | undefined>

/** As Next reads a `.env` file: a name, its value with any quotes, and a comment. */
const assignment =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(#.*)?$/gm

interface Written {
  /** The value as it is written, without its quotes. */
  value: string
  /** Characters after a `#` that no blank stands before: a part of the value, or so it looks. */
  cut: boolean
}

function writtenIn(contents: string): Map<string, Written> {
  const found = new Map<string, Written>()
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
 * The names whose value is not what is written. Next expands `$`, also between single quotes, and also in a variable
 * of the process that a file names as well; a `#` ends a value without quotes. `files`: in the order of their weight.
 * Pure.
 */
function readOtherwise(before: Values, files: readonly { contents: string }[], now: Values): string[] {
  const written = files.map(({ contents }) => writtenIn(contents))
  const names = new Set(written.flatMap((file) => [...file.keys()]))
  return [...names].filter((name) => {
    const own = before[name]
    if (own) return own.includes('$') && now[name] !== own
    const { value = '', cut = false } = written.find((file) => file.has(name))?.get(name) ?? {}
    return cut || (value.includes('$') && now[name] !== value.replaceAll('\\$', '$'))
  })
}

/** One message for people, or null. Contains no value of any variable. Reads Next's files, unless they were read before. */
export function envFilesWarning(development: boolean): string | null {
  const { loadedEnvFiles } = nextEnv.loadEnvConfig(process.cwd(), development)
  const names = readOtherwise(nextEnv.initialEnv ?? {}, loadedEnvFiles, process.env)
  return names.length === 0 ? null : describe(names)
}

const describe = (names: string[]): string =>
  `A .env file changes what is written for ${names.join(', ')}. Unless that is meant:
  $ is the name of another variable: write \\$ for the character, also between quotes.
  # begins a comment: put a value that has one between quotes.
  A variable of the process is changed in the same way when a .env file names it too: take it out of the file.`
