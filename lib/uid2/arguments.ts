/**
 * Checks of arguments. The message names the argument and what it must be. It never repeats the value, which
 * may be a secret or a person's address.
 */
export function argumentError(name: string, must: string): TypeError {
  return new TypeError(`${name} ${must}`)
}

/** A key or token: printable ASCII without spaces, safe in a header and in a body. */
export function isOpaqueText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/.test(value)
}

export function requireOpaqueText(value: unknown, name: string): string {
  if (isOpaqueText(value)) return value
  throw argumentError(name, 'must be a non-empty string of printable ASCII without whitespace')
}

/** Only booleans: the text `'false'` of an environment variable must not switch anything on. */
export function requireBoolean(value: unknown, name: string): boolean {
  if (typeof value === 'boolean') return value
  throw argumentError(name, 'must be true or false')
}

export function requireFunction<F>(value: F, name: string): F {
  if (typeof value === 'function') return value
  throw argumentError(name, 'must be a function')
}

/** The longest delay that `setTimeout` supports. A longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1

export function requireTimeout(value: unknown, name: string): number {
  if (typeof value === 'number' && value > 0 && value <= MAX_DELAY_MS) return value
  throw argumentError(name, `must be a number of milliseconds above 0 and at most ${MAX_DELAY_MS}`)
}

export function requireSignal(value: AbortSignal): AbortSignal {
  if (typeof value.addEventListener === 'function' && typeof value.aborted === 'boolean') return value
  throw argumentError('signal', 'must be an AbortSignal')
}

export function requireRetries(value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 10) return value
  throw argumentError('retries', 'must be a whole number from 0 to 10')
}
