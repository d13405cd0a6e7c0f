import { Uid2Error } from './errors'

/** What is left of the time that a call may take. */
export interface Deadline {
  /** Aborts when the time is up or the caller aborts. */
  readonly stop: AbortSignal
  /** In ms; nothing once it stopped. */
  remaining(): number
}

/**
 * Settles when `run` does, when the time is up or when the caller aborts, whichever is first, even when
 * `run` ignores its signal. A timer of our own rather than `AbortSignal.timeout`, so that a call that is
 * over leaves neither timer nor listener behind on a signal that lives longer.
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

/** Waits, in ms, unless it is stopped before. */
export function pause(ms: number, stop: AbortSignal): Promise<void> {
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
