import { type Paint, prose } from '../../command-line/terminal.ts'

/**
 * `fault`: something is wrong. `unknown`: it could not be found out. `warning` and `note` do not fail the
 * command.
 */
type Level = 'ok' | 'note' | 'warning' | 'fault' | 'unknown'

export interface Finding {
  readonly check: string
  readonly level: Level
  readonly what: string
  /** Why it matters. */
  readonly why?: string
  /** How to fix it. */
  readonly remedy?: string
  /** Ids from the catalogue, in the order in which they happened. */
  readonly mistakes?: readonly string[]
}

const marks: Record<Level, string> = { ok: 'ok', note: 'note', warning: 'warn', fault: 'FAULT', unknown: '?' }
const tones: Record<Level, keyof Paint> = {
  ok: 'good',
  note: 'faint',
  warning: 'warn',
  fault: 'bad',
  unknown: 'warn',
}

export function reportLines(findings: readonly Finding[], paint: Paint): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length))
  return findings.flatMap((finding) => findingLines(finding, width, paint))
}

function findingLines({ level, check, what, why, remedy }: Finding, width: number, paint: Paint): string[] {
  const margin = ' '.repeat(7 + width + 2)
  const [first = '', ...rest] = prose(what, margin)
  return [
    `${paint[tones[level]](marks[level].padEnd(5))}  ${check.padEnd(width)}  ${first.trimStart()}`,
    ...rest,
    ...(why === undefined ? [] : prose(`Why: ${why}`, margin)),
    ...(remedy === undefined ? [] : prose(`Do: ${remedy}`, margin)),
  ]
}
