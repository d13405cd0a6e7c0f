import type { Command, Option } from './command.ts'

const common: Record<string, Option> = {
  json: { help: 'exactly one JSON document on standard output, also for a failure' },
  help: { help: 'this text' },
}

export function overview(commands: readonly Command[]): string {
  return [
    'Usage: npm run -s uid2 -- COMMAND …     or, from anywhere: node scripts/uid2.mjs COMMAND …',
    '',
    ...columns(commands.map(({ name, summary }) => [name, summary])),
    '',
    'Every command takes --json and --help; - in the place of a value reads it from standard input.',
    '',
    'Credentials come from the environment or .env.local, never from the command line: UID2_BASE_URL,',
    'UID2_API_KEY, UID2_CLIENT_SECRET, UID2_PRODUCT (uid2 or euid), UID2_TIMEOUT_MS.',
    'Without a UID2 account: `npm start` runs a sandbox operator and prints what to export.',
    '',
    'Exit codes: 0 yes; 1 the answer is a no; 2 called wrongly; 3 the operator, or the way to it, failed;',
    '70 a fault of the command itself.',
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
