import type { Paint } from './terminal.ts'

export interface Option {
  /** The value's name in the help. Absent: the option is a flag. */
  readonly value?: string
  readonly help: string
}

/** One command. It prints nothing, and reads only what its context gives it. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** The name of the positional argument, if there is one. */
  readonly argument?: string
  readonly options: Readonly<Record<string, Option>>
  /** Lines of further help. */
  readonly details: readonly string[]
  run(args: Arguments, context: Context): Promise<Answer>
}

export interface Arguments {
  readonly argument: string | undefined
  text(option: string): string | undefined
  flag(option: string): boolean
}

export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  /** The value, or for `-` standard input without its last line end. */
  textOf(value: string): Promise<string>
  /** A file by its path, or standard input for `-`. */
  contentOf(path: string): Promise<string>
}

/** `ok` gives the exit code: 0, or 1 for a negative result. */
export interface Answer {
  readonly ok: boolean
  /** Exit code for an unreachable operator or store, instead of 1. */
  readonly unreachable?: boolean
  readonly json: Readonly<Record<string, unknown>>
  lines(paint: Paint): string[]
}

/** A command line with its commands. */
export interface Program {
  /** `NAME` in `npm run NAME` and in `scripts/NAME.mjs`. */
  readonly name: string
  readonly commands: readonly Command[]
  /** Lines of the help below the commands. */
  readonly about: readonly string[]
  /** Environment variables whose values are never printed. */
  readonly secrets: readonly string[]
  /** Commands and options that deliberately do not exist: a part of the name, and why. */
  readonly refusals: readonly (readonly [name: RegExp, why: string])[]
  /** Explains a failure outside this program. Undefined: a bug of ours. */
  explain(error: unknown): Failure | undefined
}

export interface Failure {
  readonly exitCode: number
  readonly sentence: string
  readonly json: object
}

/** The command was called incorrectly. The message never repeats a value. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Turns lib/uid2's `TypeError` for a wrong argument into a usage error. */
export async function toUsageError<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(`${error.message}.`) : error
  }
}
