import { readArguments, thereIsNo } from './arguments.ts'
import { type Answer, type Command, type Failure, type Program, UsageError } from './command.ts'
import { commandHelp, overview } from './help.ts'
import { createContext, createRedactor, type Io } from './io.ts'
import { createPaint, wantsColour } from './terminal.ts'

export const EXIT = { success: 0, negative: 1, usage: 2, outside: 3, bug: 70 } as const

/** Runs one command to its end. Returns the exit code. */
export async function runProgram(program: Program, line: readonly string[], io: Io): Promise<number> {
  const { commands } = program
  const redact = createRedactor(program.secrets.map((name) => io.env[name]))
  const out = (text: string) => io.stdout.write(redact(`${text}\n`))
  const print = (text: string) => io.stderr.write(redact(`${text}\n`))
  const [name, ...rest] = line
  const command = commands.find((candidate) => candidate.name === name)
  const asJson = line.includes('--json')
  try {
    if (name === '--help' || name === '-h') {
      out(overview(program))
      return EXIT.success
    }
    if (!command)
      throw new UsageError(
        name === undefined || name === '--json' ? 'Name a command.' : thereIsNo('command', name, program),
      )
    const { args, help } = readArguments(program, command, rest)
    if (help) {
      out(commandHelp(command))
      return EXIT.success
    }
    const answer = await command.run(args, createContext(io, print))
    out(asJson ? json(command, answer) : answer.lines(createPaint(wantsColour(io.stdout, io.env))).join('\n'))
    return answer.ok ? EXIT.success : answer.unreachable ? EXIT.outside : EXIT.negative
  } catch (error) {
    const failure = usage(error) ?? program.explain(error) ?? bug(error)
    if (asJson) out(JSON.stringify({ command: command?.name, ok: false, error: failure.json }, null, 2))
    print(failure.sentence)
    if (error instanceof UsageError)
      print(command ? `Help: ${command.name} --help` : `\n${overview(program)}`)
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

/** The message may quote data. The stack frames contain only places in our sources. */
function bug(error: unknown): Failure {
  const frames =
    error instanceof Error ? (error.stack ?? '').split('\n').filter((l) => /^\s+at /.test(l)) : []
  return {
    exitCode: EXIT.bug,
    sentence: ['This is a bug in the command; please report it.', ...frames].join('\n'),
    json: { kind: 'ours', message: 'a bug in the command' },
  }
}
