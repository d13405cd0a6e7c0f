import 'server-only'
import { currentReader } from '../auth/current-reader'
import type { Reader } from '../identity/types'
import { cookieValues, maxValues } from '../shared/cookie-values'

/**
 * The readers of all sessions in a raw `Cookie` header. A browser may send the session cookie twice, and
 * `currentReader` sees only the last one, but a sign-out ends both sessions. This also works with your own
 * sign-in.
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
