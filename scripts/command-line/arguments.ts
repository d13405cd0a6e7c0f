import { parseArgs } from 'node:util'
import { type Arguments, type Command, type Program, UsageError } from './command.ts'

/** The arguments after a command's name. */
export function readArguments(
  program: Program,
  command: Command,
  line: string[],
): { args: Arguments; help: boolean } {
  const flag = { type: 'boolean' } as const
  const own = Object.entries(command.options).map(
    ([name, { value }]) => [name, value === undefined ? flag : ({ type: 'string' } as const)] as const,
  )
  const options = { ...Object.fromEntries(own), json: flag, help: { ...flag, short: 'h' } }
  const { values, positionals, tokens } = refusing(program, () =>
    parseArgs({ args: line, options, allowPositionals: true, tokens: true }),
  )
  // Without this, only the last one of a repeated option would count.
  const given = tokens.flatMap((token) => (token.kind === 'option' ? token.name : []))
  const twice = given.find((name, index) => given.indexOf(name) !== index)
  if (twice !== undefined) throw new UsageError(`--${twice} is given more than once.`)
  if (positionals.length > (command.argument === undefined ? 0 : 1))
    throw new UsageError(
      `${command.name} takes ${command.argument === undefined ? 'no argument' : 'only one argument'} beside its options.`,
    )
  const all: Record<string, unknown> = values
  const args: Arguments = {
    argument: positionals[0],
    text: (option) => (typeof all[option] === 'string' ? all[option] : undefined),
    flag: (option) => all[option] === true,
  }
  return { args, help: all.help === true }
}

/** Node's own messages quote the input, which may be an address or a key. */
function refusing<T>(program: Program, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const option = /'(-{1,2}[a-z][a-z-]*)\b/.exec(message)?.[1]
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError(thereIsNo('option', option ?? '', program))
    throw new UsageError(`${option ?? 'An option'} lacks its value, or is a flag and has one.`)
  }
}

export function thereIsNo(what: 'command' | 'option', name: string, { refusals }: Program): string {
  const why = refusals.find(([part]) => part.test(name))?.[1]
  return `There is no such ${what}${why === undefined ? '.' : `; ${why}`}`
}
