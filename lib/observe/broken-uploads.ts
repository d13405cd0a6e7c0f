import 'server-only'
import { singleton } from '../shared/singleton.ts'
import { logEvent } from './log.ts'

/** As Node names a request whose client has gone before its body was complete. */
const isBrokenUpload = (value: unknown): boolean =>
  value instanceof Error && value.message === 'aborted' && (value as { code?: unknown }).code === 'ECONNRESET'

/**
 * Next prints a stack for every upload that breaks off, before any code of ours sees the request. Strangers cause
 * that as often as they like, so it becomes an event, which the log counts. Call once at start.
 */
export function countBrokenUploads(): void {
  singleton('broken-uploads', () => {
    const print = console.error
    console.error = (...values: unknown[]) =>
      values.some(isBrokenUpload) ? logEvent('info', 'upload_broken_off') : print(...values)
    return true
  })
}
