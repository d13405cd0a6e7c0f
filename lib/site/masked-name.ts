import 'server-only'
import type { Dii, Reader } from '../identity/types'

/** The reader's name on pages. */
export const maskedName = ({ dii }: Pick<Reader, 'dii'>): string =>
  typeof dii === 'string' ? 'a reader' : maskDii(dii)

/** The DII as it may appear on a shared screen: `j•••@example.com`, `+1•••01`. */
export function maskDii({ kind, value }: Dii): string {
  if (kind === 'phone') return `${value.slice(0, 2)}•••${value.slice(-2)}`
  const at = value.lastIndexOf('@')
  return `${value.slice(0, 1)}•••${value.slice(at)}`
}
