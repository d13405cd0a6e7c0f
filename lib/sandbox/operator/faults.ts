import 'server-only'

import { z } from 'zod'

export type CallName = 'generate' | 'refresh' | 'validate' | 'key'

const milliseconds = z.int().min(0)

const lifetimesSchema = z.strictObject({
  identityMs: milliseconds.optional(),
  refreshFromMs: milliseconds.optional(),
  refreshMs: milliseconds.optional(),
})

const faultSchema = z.strictObject({
  on: z.enum(['generate', 'refresh', 'validate', 'key', 'all']),
  latencyMs: milliseconds.max(600_000).optional(),
  status: z.int().min(200).max(599).optional(),
  kind: z.enum(['hang', 'reset', 'garbage', 'optout']).optional(),
  times: z.int().min(1).optional(),
})

const stateSchema = z.strictObject({
  lifetimes: lifetimesSchema.optional(),
  faults: z.array(faultSchema).max(100).optional(),
})

export type Fault = z.infer<typeof faultSchema>

export interface Lifetimes {
  identityMs: number
  refreshFromMs: number
  refreshMs: number
}

export const DEFAULT_LIFETIMES: Readonly<Lifetimes> = {
  identityMs: 3_600_000,
  refreshFromMs: 900_000,
  refreshMs: 86_400_000,
}

const noCalls = () => ({ generate: 0, refresh: 0, validate: 0, key: 0 })

/** The faults that the operator was told to produce, and how often it was called. */
export class FaultBoard {
  #lifetimes: Lifetimes = { ...DEFAULT_LIFETIMES }
  #faults: Fault[] = []
  #calls = noCalls()
  /** Aborted when the state is replaced: held and delayed replies then continue. */
  #release = new AbortController()

  get lifetimes(): Readonly<Lifetimes> {
    return this.#lifetimes
  }

  report() {
    return { lifetimes: this.#lifetimes, faults: this.#faults, calls: this.#calls }
  }

  /** Replaces the state. An empty object also clears the counters. Returns an error message, or nothing. */
  replace(input: unknown): string | undefined {
    const parsed = stateSchema.safeParse(input)
    if (!parsed.success) return z.prettifyError(parsed.error)
    const { lifetimes, faults } = parsed.data
    this.#lifetimes = {
      identityMs: lifetimes?.identityMs ?? DEFAULT_LIFETIMES.identityMs,
      refreshFromMs: lifetimes?.refreshFromMs ?? DEFAULT_LIFETIMES.refreshFromMs,
      refreshMs: lifetimes?.refreshMs ?? DEFAULT_LIFETIMES.refreshMs,
    }
    this.#faults = faults ?? []
    if (Object.keys(parsed.data).length === 0) this.#calls = noCalls()
    this.#release.abort()
    this.#release = new AbortController()
    return undefined
  }

  /**
   * Counts a call and returns the first matching fault. A fault with `times` ends after that many calls. A
   * call without a name is not counted and matches only faults on all calls.
   */
  arrive(call: CallName | undefined): { fault: Fault | undefined; released: AbortSignal } {
    if (call) this.#calls[call] += 1
    const fault = this.#faults.find(({ on }) => on === 'all' || on === call)
    if (fault?.times !== undefined) {
      const left = { ...fault, times: fault.times - 1 }
      this.#faults = this.#faults.flatMap((f) => (f !== fault ? [f] : left.times > 0 ? [left] : []))
    }
    return { fault, released: this.#release.signal }
  }
}

/** Waits until a signal aborts, or for `ms` at most. */
export function hold(signals: AbortSignal[], ms?: number): Promise<void> {
  if (signals.some(({ aborted }) => aborted)) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(done, ms)
    // Not with AbortSignal.any: its longest-lived signal keeps a reference to each of them.
    function done() {
      clearTimeout(timer)
      for (const signal of signals) signal.removeEventListener('abort', done)
      resolve()
    }
    for (const signal of signals) signal.addEventListener('abort', done)
  })
}
