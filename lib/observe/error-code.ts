import 'server-only'

/** The `code` of a system or driver error, for a log line. Never the message, which may quote input. */
export function errorCode(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code.slice(0, 40) : 'unknown'
}
