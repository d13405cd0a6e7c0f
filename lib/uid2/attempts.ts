import { Uid2Error, type Uid2ErrorCode } from './errors'

/** The time limit of a call. */
export interface Deadline {
  /** Aborts when the time is up or the caller aborts. */
  readonly stop: AbortSignal
  /** In ms. 0 after it stopped. */
  remaining(): number
}

/**
 * Settles when `run` does, when the time is up, or when the caller aborts, whichever is first, even when
 * `run` ignores its signal. It uses its own timer instead of `AbortSignal.timeout`, so that a finished call
 * leaves no timer and no listener on a longer-lived signal.
 *
 * @throws Uid2Error `timeout`, `aborted`
 */
export async function withDeadline<T>(
  run: (deadline: Deadline) => Promise<T>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const stop = new AbortController()
  const end = performance.now() + timeoutMs
  let cleanUp = () => {}
  const ended = new Promise<never>((_, reject) => {
    const endWith = (error: Uid2Error) => {
      reject(error)
      stop.abort(error)
    }
    const onAbort = () =>
      endWith(new Uid2Error('aborted', 'the caller aborted the call', { cause: signal?.reason }))
    const onTimeout = () => endWith(new Uid2Error('timeout', `no complete answer within ${timeoutMs} ms`))
    const timer = setTimeout(onTimeout, timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    cleanUp = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    if (signal?.aborted) onAbort()
  })
  const deadline: Deadline = {
    stop: stop.signal,
    remaining: () => (stop.signal.aborted ? 0 : end - performance.now()),
  }
  try {
    return await Promise.race([ended, stop.signal.aborted ? ended : run(deadline)])
  } finally {
    cleanUp()
  }
}

/** Waits `ms`, or until `stop` aborts. */
function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    stop.addEventListener('abort', done, { once: true })
  })
}

/**
 * Failures that another attempt may fix at once. Others repeat (a wrong key), need a person (a clock), or are
 * not the operator's response (a captive portal). Retries are safe, because no call uses anything up: an
 * earlier token stays valid, and an opt-out is reported again.
 */
const RETRYABLE: ReadonlySet<Uid2ErrorCode> = new Set(['network', 'rate_limited', 'server_error'])

const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 2000

/**
 * Runs `attempt`, and up to `retries` times again after a retryable failure: while the deadline leaves time,
 * after a random pause whose maximum doubles, and never before the operator's `Retry-After`.
 *
 * @param random between 0 and 1
 */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  retries: number,
  { stop, remaining }: Deadline,
  random: () => number,
): Promise<T> {
  for (let tried = 0; ; tried++) {
    try {
      return await attempt()
    } catch (error) {
      if (tried >= retries || !(error instanceof Uid2Error) || !RETRYABLE.has(error.code)) throw error
      const maxMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tried)
      const pauseMs = Math.max(error.retryAfterMs ?? 0, random() * maxMs)
      if (pauseMs >= remaining()) throw error
      await pause(pauseMs, stop)
      if (stop.aborted) throw error
    }
  }
}
