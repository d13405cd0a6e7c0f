/** One line of the report: a ratio taken in this run, and what it may be. */
export interface Row {
  name: string
  value: number
  budget: number
  /** Whether the ratio is one of times (at most) or of rates (at least). */
  is: 'at most' | 'at least'
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Median times of two kinds of work, taken in turn so that both meet the same machine: measured / baseline. */
export async function timeRatio(
  measured: () => Promise<unknown>,
  baseline: () => Promise<unknown>,
  { rounds, warmUp, each = 1 }: { rounds: number; warmUp: number; each?: number },
): Promise<number> {
  const times = { measured: [] as number[], baseline: [] as number[] }
  for (let round = -warmUp; round < rounds; round++)
    for (const [kind, run] of [
      ['measured', measured],
      ['baseline', baseline],
    ] as const) {
      const begun = performance.now()
      for (let i = 0; i < each; i++) await run()
      if (round >= 0) times[kind].push(performance.now() - begun)
    }
  return median(times.measured) / median(times.baseline)
}

/** Prints the rows; the process ends with 1 when one is over its budget. */
export function report(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`)
  for (const { name, value, budget, is } of rows) {
    const ok = is === 'at most' ? value <= budget : value >= budget
    console.log(
      `${ok ? 'ok  ' : 'SLOW'} ${value.toFixed(2)} (${is === 'at most' ? '≤' : '≥'} ${budget})  ${name}`,
    )
    if (!ok) process.exitCode = 1
  }
}
