import type { Paint } from './terminal.ts'

export interface Option {
  /** What stands behind the option in the help; absent: a flag. */
  readonly value?: string
  readonly help: string
}

/** One command. It prints nothing and reads nothing but what its context gives it. */
export interface Command {
  readonly name: string
  readonly summary: string
  /** What the one argument without a name is called, where there is one. */
  readonly argument?: string
  readonly options: Readonly<Record<string, Option>>
  /** More help, line by line. */
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
  /** The value itself, or standard input for `-`, without its last line end. */
  textOf(value: string): Promise<string>
  /** A file by its path, or standard input for `-`. */
  contentOf(path: string): Promise<string>
}

/** `ok` is the exit code: 0, or 1 when the answer is a no. */
export interface Answer {
  readonly ok: boolean
  /** Instead of 1, when who knows the answer could not be asked. */
  readonly unreachable?: boolean
  readonly json: Readonly<Record<string, unknown>>
  lines(paint: Paint): string[]
}

/** A command line with its commands. */
export interface Program {
  /** `NAME` in `npm run NAME` and in `scripts/NAME.mjs`. */
  readonly name: string
  readonly commands: readonly Command[]
  /** What its help says below the commands, line by line. */
  readonly about: readonly string[]
  /** Environment variables whose values are printed by no means. */
  readonly secrets: readonly string[]
  /** What there is none of, neither a command nor an option: a part of its name, and why. */
  readonly refusals: readonly (readonly [name: RegExp, why: string])[]
  /** Tells what failed outside from a fault of ours, which is `undefined`. */
  explain(error: unknown): Failure | undefined
}

export interface Failure {
  readonly exitCode: number
  readonly sentence: string
  readonly json: object
}

/** A mistake in how a command was called. Its message never repeats a value. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** lib/uid2 says with a `TypeError` what is wrong with an argument: here that is a mistake of usage. */
export async function asUsage<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(`${error.message}.`) : error
  }
}
