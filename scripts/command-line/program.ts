import { readArguments, thereIsNo } from './arguments.ts'
import { type Answer, type Command, type Failure, type Program, UsageError } from './command.ts'
import { commandHelp, overview } from './help.ts'
import { createContext, createRedactor, type Io } from './io.ts'
import { createPaint, wantsColour } from './terminal.ts'

export const EXIT = { yes: 0, no: 1, usage: 2, outside: 3, ours: 70 } as const

/** Runs one command to its end. Returns the exit code. */
export async function runProgram(program: Program, line: readonly string[], io: Io): Promise<number> {
  const { commands } = program
  const silence = createRedactor(program.secrets.map((name) => io.env[name]))
  const out = (text: string) => io.stdout.write(silence(`${text}\n`))
  const say = (text: string) => io.stderr.write(silence(`${text}\n`))
  const [name, ...rest] = line
  const command = commands.find((candidate) => candidate.name === name)
  const asJson = line.includes('--json')
  try {
    if (name === '--help' || name === '-h') {
      out(overview(program))
      return EXIT.yes
    }
    if (!command)
      throw new UsageError(
        name === undefined || name === '--json' ? 'Name a command.' : thereIsNo('command', name, program),
      )
    const { args, help } = readArguments(program, command, rest)
    if (help) {
      out(commandHelp(command))
      return EXIT.yes
    }
    const answer = await command.run(args, createContext(io, say))
    out(asJson ? json(command, answer) : answer.lines(createPaint(wantsColour(io.stdout, io.env))).join('\n'))
    return answer.ok ? EXIT.yes : answer.unreachable ? EXIT.outside : EXIT.no
  } catch (error) {
    const failure = usage(error) ?? program.explain(error) ?? ours(error)
    if (asJson) out(JSON.stringify({ command: command?.name, ok: false, error: failure.json }, null, 2))
    say(failure.sentence)
    if (error instanceof UsageError) say(command ? `Help: ${command.name} --help` : `\n${overview(program)}`)
    return failure.exitCode
  }
}

function json(command: Command, answer: Answer): string {
  return JSON.stringify({ command: command.name, ok: answer.ok, ...answer.json }, null, 2)
}

function usage(error: unknown): Failure | undefined {
  if (!(error instanceof UsageError)) return
  const { message } = error
  return { exitCode: EXIT.usage, sentence: message, json: { kind: 'usage', message } }
}

/** The message may quote anything. The stack frames contain only places in our sources. */
function ours(error: unknown): Failure {
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((l) => /^\s+at /.test(l)) : []
  return {
    exitCode: EXIT.ours,
    sentence: ['This is a fault of the command itself; please report it.', ...frames].join('\n'),
    json: { kind: 'ours', message: 'a fault of the command itself' },
  }
}
