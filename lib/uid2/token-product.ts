import { decodeBase64 } from './base64'

export type Product = 'uid2' | 'euid'

/** The second byte of versions 3 and 4 of advertising tokens, whose first byte contains the product. */
const VERSIONS: ReadonlySet<number | undefined> = new Set([0x70, 0x80])
const EUID = 0x10

/** The product of an advertising token. `undefined` when it has none, as in version 2. */
export function productOfToken(token: string): Product | undefined {
  const [first = 0, version] = decodeBase64(token.slice(0, 4)) ?? []
  if (!VERSIONS.has(version)) return undefined
  return (first & EUID) === 0 ? 'uid2' : 'euid'
}
