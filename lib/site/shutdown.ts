import 'server-only'
import { setTimeout as pause } from 'node:timers/promises'
import { retryRevocations } from '../consent/durable'
import { pendingCount } from '../consent/pending-revocations'
import { health } from '../observe/health'
import { flushLog, logEvent } from '../observe/log'
import { withTimeout } from '../shared/with-timeout'

/** `docker stop` kills after 10 s: all must be over before. */
const deadlineMs = 8_000
const lastWriteMs = 1_500
const retryMs = 1_000

/** Writes what could not be written yet, for as long as the process lives. Outside every request. */
export function scheduleRevocationRetries(): void {
  setInterval(() => void retryRevocations(), retryMs).unref()
}

/**
 * Writes the revocations that wait before the process ends. Next calls `process.exit` when its last answer is out,
 * however long a slow upload takes, and has no hook before it: so the exit is held back here, with a deadline.
 */
export function prepareShutdown(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => begin(signal))
}

/** A store that failed a moment ago rests: so it is tried more than once. */
async function writeLast(): Promise<void> {
  const end = performance.now() + lastWriteMs
  while (pendingCount() > 0 && performance.now() < end) {
    await withTimeout(retryRevocations(), end - performance.now(), () => {})
    if (pendingCount() > 0) await pause(100)
  }
}

function begin(signal: 'SIGTERM' | 'SIGINT'): void {
  health().stopping = true
  const exit = process.exit.bind(process)
  const leave = (code?: number | string | null): void => {
    void writeLast().then(() => {
      if (pendingCount() > 0) logEvent('error', 'revocations_lost', { revocations: pendingCount() })
      flushLog()
      exit(code)
    })
  }
  process.exit = leave as typeof process.exit
  setTimeout(() => {
    logEvent('warn', 'shutdown_deadline')
    leave(signal === 'SIGTERM' ? 143 : 130)
  }, deadlineMs).unref()
}
