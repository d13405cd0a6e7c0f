import 'server-only'
import { currentReader } from '../auth/current-reader'
import type { Reader } from '../identity/types'
import { cookieValues, maxValues } from '../shared/cookie-values'

/**
 * The readers of every session in a raw `Cookie` header. A browser may send the session cookie twice, and
 * `currentReader` sees the last one alone: a sign-out ends each. Works for a sign-in of your own, too.
 */
export async function allReaders(cookieHeader: string | null): Promise<Reader[]> {
  const readers = new Map<string, Reader>()
  for (let fromEnd = 1; fromEnd <= maxValues; fromEnd++) {
    let found = false
    const reader = await currentReader({
      get(name) {
        const values = cookieValues(cookieHeader, name)
        found ||= values.length >= fromEnd
        const value = values.at(-fromEnd) ?? values[0]
        return value === undefined ? undefined : { value }
      },
    })
    if (!found) break
    if (reader) readers.set(reader.sid, reader)
  }
  return [...readers.values()].reverse()
}
