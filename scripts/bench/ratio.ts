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
