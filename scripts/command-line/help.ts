import type { Command, Option, Program } from './command.ts'

const common: Record<string, Option> = {
  json: { help: 'exactly one JSON document on standard output, also for a failure' },
  help: { help: 'this text' },
}

export function overview({ name, commands, about }: Program): string {
  return [
    `Usage: npm run -s ${name} -- COMMAND …     or, from anywhere: node scripts/${name}.mjs COMMAND …`,
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Every command takes --json and --help; - instead of a value reads it from standard input.',
    '',
    ...about,
  ].join('\n')
}

export function commandHelp({ name, summary, argument, options, details }: Command): string {
  const rows = Object.entries({ ...options, ...common }).map(
    ([option, { value, help }]) => [`--${option}${value ? ` ${value}` : ''}`, help] as const,
  )
  return [
    `Usage: ${name}${argument ? ` ${argument}` : ''} [OPTIONS]`,
    '',
    summary,
    ...(details.length > 0 ? ['', ...details] : []),
    '',
    ...columns(rows),
  ].join('\n')
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
