import 'server-only'
import { setTimeout as pause } from 'node:timers/promises'
import { retryRevocations } from '../consent/durable'
import { pendingCount } from '../consent/pending-revocations'
import { health } from '../observe/health'
import { flushLog, logEvent } from '../observe/log'
import { withTimeout } from '../shared/with-timeout'

/** `docker stop` kills after 10 s. Everything must be finished before. */
const deadlineMs = 8_000
const lastWriteMs = 1_500
const retryMs = 1_000

/**
 * Retries revocations that could not be written, for the life of the process. Call it outside any request.
 */
export function scheduleRevocationRetries(): void {
  setInterval(() => void retryRevocations(), retryMs).unref()
}

/**
 * Writes pending revocations before the process ends. Next calls `process.exit` after its last response,
 * however long a slow upload takes, and has no hook before it. So `exit` is replaced here, with a deadline.
 */
export function prepareShutdown(): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => beginShutdown(signal))
}

/** After a failure the store is not asked for a moment, so this tries more than once. */
async function writeLast(): Promise<void> {
  const end = performance.now() + lastWriteMs
  while (pendingCount() > 0 && performance.now() < end) {
    await withTimeout(retryRevocations(), end - performance.now(), () => {})
    if (pendingCount() > 0) await pause(100)
  }
}

function beginShutdown(signal: 'SIGTERM' | 'SIGINT'): void {
  health().stopping = true
  const exit = process.exit.bind(process)
  const writeAndExit = (code?: number | string | null): void => {
    void writeLast().then(() => {
      if (pendingCount() > 0) logEvent('error', 'revocations_lost', { revocations: pendingCount() })
      flushLog()
      exit(code)
    })
  }
  process.exit = writeAndExit as typeof process.exit
  setTimeout(() => {
    logEvent('warn', 'shutdown_deadline')
    writeAndExit(signal === 'SIGTERM' ? 143 : 130)
  }, deadlineMs).unref()
}
