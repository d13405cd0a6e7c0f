/** One line of the report: a measured ratio and its budget. */
export interface Row {
  name: string
  value: number
  budget: number
  /** `at most` for a ratio of times, `at least` for one of rates. */
  is: 'at most' | 'at least'
}

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/**
 * Median times of two kinds of work as measured / baseline, taken alternately so that both run under the same
 * conditions.
 */
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

/** Prints the rows. The process exits with 1 when one is over its budget. */
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
