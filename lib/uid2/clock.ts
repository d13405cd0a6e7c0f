/** Our clock, and what the operator's answers have told about it. */
export interface Clock {
  /** Unix ms. */
  readonly now: () => number
  /** Takes the time of an answer, Unix ms. */
  heard(time: number): void
  /** How far the operator's clock was ahead of ours at its last sealed answer, in ms. */
  ahead(): number | undefined
}

export function createClock(now: () => number, onClockSkew?: (clockSkewMs: number) => void): Clock {
  let last: number | undefined
  return {
    now,
    heard(time) {
      last = time - now()
      onClockSkew?.(last)
    },
    ahead: () => last,
  }
}

/** Operators take a request up to a minute off, at least: what is less explains no refusal. */
export const EXPLAINS_REFUSAL_MS = 60_000

/** A skew as a person would say it. */
export function sayClockSkew(clockSkewMs: number): string {
  const seconds = Math.round(Math.abs(clockSkewMs) / 1000)
  return `your clock is ${seconds} s ${clockSkewMs > 0 ? 'behind' : 'ahead of'} the operator's`
}
