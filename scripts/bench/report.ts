/** One line of the report: what was measured, and its budget if it has one. */
export interface Row {
  name: string
  value: number
  unit: 'ms' | 'µs' | 'MB' | 'kB' | '×' | ''
  atMost?: number
  atLeast?: number
}

const isOver = ({ value, atMost = Number.POSITIVE_INFINITY, atLeast = 0 }: Row): boolean =>
  !(value <= atMost && value >= atLeast)

/** Prints the rows, as a table or with `--json` as one line of JSON. The process exits with 1 when one is over its budget. */
export function report(title: string, rows: readonly Row[]): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify({ title, rows }))
  else console.log(`\n${title}\n${rows.map(lineOf).join('\n')}`)
  if (rows.some(isOver)) process.exitCode = 1
}

/** Numbers of several apps for several kinds of request. The first row is what the others are compared with. */
export interface Table {
  title: string
  columns: readonly string[]
  rows: readonly { label: string; values: readonly (number | undefined)[] }[]
}

/** Prints it as Markdown, or with `--json` as one line of JSON. */
export function reportTable(table: Table): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify(table))
  else console.log(`\n${table.title}\n\n${markdownOf(table)}`)
}

export function markdownOf({ columns, rows }: Table): string {
  const first = rows[0]?.values ?? []
  const cell = (value: number | undefined, column: number, row: number) => {
    const of = first[column]
    if (value === undefined) return '–'
    return row === 0 || of === undefined
      ? value.toFixed(2)
      : `${value.toFixed(2)} (${(value / of).toFixed(1)} ×)`
  }
  const lines = [
    ['', ...columns],
    ['---', ...columns.map(() => '---:')],
    ...rows.map(({ label, values }, row) => [label, ...values.map((value, i) => cell(value, i, row))]),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function lineOf(row: Row): string {
  const { name, value, unit, atMost, atLeast } = row
  const budget = atMost !== undefined ? `≤ ${atMost}` : atLeast !== undefined ? `≥ ${atLeast}` : ''
  const verdict = budget === '' ? '' : isOver(row) ? 'SLOW' : 'ok'
  const digits = unit === 'MB' ? 0 : 2
  return `${verdict.padEnd(5)}${value.toFixed(digits).padStart(8)} ${unit.padEnd(3)}${budget.padEnd(8)}${name}`
}
