/** Our clock, and its difference to the operator's. */
export interface Clock {
  /** Unix ms. */
  readonly now: () => number
  /** Records the operator's time in a response, Unix ms. */
  recordTime(time: number): void
  /** How far the operator's clock was ahead of ours at its last encrypted response, in ms. */
  skewMs(): number | undefined
}

export function createClock(now: () => number, onClockSkew?: (clockSkewMs: number) => void): Clock {
  let last: number | undefined
  return {
    now,
    recordTime(time) {
      last = time - now()
      onClockSkew?.(last)
    },
    skewMs: () => last,
  }
}

/** Operators accept a clock that is wrong by up to a minute at least: a smaller skew causes no rejection. */
export const CAUSES_REJECTION_MS = 60_000

/** The skew as a sentence. */
export function describeClockSkew(clockSkewMs: number): string {
  const seconds = Math.round(Math.abs(clockSkewMs) / 1000)
  return `your clock is ${seconds} s ${clockSkewMs > 0 ? 'behind' : 'ahead of'} the operator's`
}
