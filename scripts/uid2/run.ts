import { parseArgs } from 'node:util'
import { Uid2Error } from '#lib/uid2/index.ts'
import { type Answer, type Arguments, type Command, UsageError } from './command.ts'
import { decodeEnvelope } from './commands/decode-envelope.ts'
import { generate } from './commands/generate.ts'
import { hash } from './commands/hash.ts'
import { inspectToken } from './commands/inspect-token.ts'
import { refresh } from './commands/refresh.ts'
import { validate } from './commands/validate.ts'
import { verify } from './commands/verify.ts'
import { commandHelp, overview } from './help.ts'
import { createContext, type Io, silencer } from './io.ts'
import { createPaint, printable, wantsColour } from './terminal.ts'

export const commands: readonly Command[] = [
  generate,
  refresh,
  validate,
  hash,
  decodeEnvelope,
  inspectToken,
  verify,
]

const EXIT = { yes: 0, no: 1, usage: 2, operator: 3, ours: 70 } as const

/** Runs one command line to its end; answers the exit code. */
export async function run(line: readonly string[], io: Io): Promise<number> {
  const silence = silencer(io.env)
  const out = (text: string) => io.stdout.write(silence(`${text}\n`))
  const say = (text: string) => io.stderr.write(silence(`${text}\n`))
  const [name, ...rest] = line
  const command = commands.find((candidate) => candidate.name === name)
  const asJson = line.includes('--json')
  try {
    if (name === '--help' || name === '-h') {
      out(overview(commands))
      return EXIT.yes
    }
    if (!command)
      throw new UsageError(
        name === undefined || name === '--json' ? 'Name a command.' : 'There is no such command.',
      )
    const { args, help } = readArguments(command, rest)
    if (help) {
      out(commandHelp(command))
      return EXIT.yes
    }
    const answer = await command.run(args, createContext(io, say))
    out(asJson ? json(command, answer) : answer.lines(createPaint(wantsColour(io.stdout, io.env))).join('\n'))
    return answer.ok ? EXIT.yes : answer.unreachable ? EXIT.operator : EXIT.no
  } catch (error) {
    const failure = describeFailure(error)
    if (asJson) out(JSON.stringify({ command: command?.name, ok: false, error: failure.json }, null, 2))
    say(failure.sentence)
    if (failure.exitCode === EXIT.usage)
      say(command ? `Help: ${command.name} --help` : `\n${overview(commands)}`)
    return failure.exitCode
  }
}

function json(command: Command, answer: Answer): string {
  return JSON.stringify({ command: command.name, ok: answer.ok, ...answer.json }, null, 2)
}

function readArguments(command: Command, line: string[]): { args: Arguments; help: boolean } {
  const flag = { type: 'boolean' } as const
  const own = Object.entries(command.options).map(
    ([name, { value }]) => [name, value === undefined ? flag : ({ type: 'string' } as const)] as const,
  )
  const options = { ...Object.fromEntries(own), json: flag, help: { ...flag, short: 'h' } }
  const { values, positionals } = refusing(() => parseArgs({ args: line, options, allowPositionals: true }))
  if (positionals.length > (command.argument === undefined ? 0 : 1))
    throw new UsageError(
      `${command.name} takes ${command.argument === undefined ? 'no argument' : 'one argument'} without an option’s name.`,
    )
  const all: Record<string, unknown> = values
  const args: Arguments = {
    argument: positionals[0],
    text: (option) => (typeof all[option] === 'string' ? all[option] : undefined),
    flag: (option) => all[option] === true,
  }
  return { args, help: all.help === true }
}

/** Node's own messages quote what was typed, which may be an address or a key. */
function refusing<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const option = /'(-{1,2}[a-z][a-z-]*)\b/.exec(message)?.[1]
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION')
      throw new UsageError(
        /key|secret|token/.test(option ?? '')
          ? 'There is no such option; credentials come from the environment alone.'
          : 'There is no such option.',
      )
    throw new UsageError(`${option ?? 'An option'} is given wrongly: without its value, or a flag with one.`)
  }
}

function describeFailure(error: unknown): { exitCode: number; sentence: string; json: object } {
  if (error instanceof UsageError) {
    const { message } = error
    return { exitCode: EXIT.usage, sentence: message, json: { kind: 'usage', message } }
  }
  if (error instanceof Uid2Error) {
    const { code, message, transient, httpStatus, operatorMessage, clockSkewMs, retryAfterMs } = error
    const sentence = [`${message} (${code})`, ...(operatorMessage ? [operatorMessage] : [])].join(': ')
    return {
      exitCode: EXIT.operator,
      sentence: printable(sentence.replace(/\.?$/, '.')),
      json: {
        ...{ kind: 'operator', code, message, transient },
        ...{ httpStatus, operatorMessage, clockSkewMs, retryAfterMs },
      },
    }
  }
  // The message could quote anything; the frames name only places in our sources.
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((l) => /^\s+at /.test(l)) : []
  return {
    exitCode: EXIT.ours,
    sentence: ['This is a fault of the command itself; please report it.', ...frames].join('\n'),
    json: { kind: 'ours', message: 'a fault of the command itself' },
  }
}
