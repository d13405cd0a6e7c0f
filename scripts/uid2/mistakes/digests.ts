import { createHash } from 'node:crypto'
import type { Mistake } from './typed-dii.ts'

type Bytes = string | Uint8Array

/** Hashing other than SHA-256 once. */
interface DigestMistake extends Mistake {
  readonly make: (text: Bytes) => Buffer
}

const digest = (algorithm: string, text: Bytes) => createHash(algorithm).update(text).digest()

export const sha256 = (text: Bytes): Buffer => digest('sha256', text)

const once =
  'Hash once. If your database holds hashes already, pass them on as email_hash or phone_hash, unhashed.'
const algorithm = 'Use SHA-256, unsalted, on the normalised text.'

const other = (id: string, name: string): DigestMistake => ({
  id,
  what: `uses ${name} instead of SHA-256`,
  remedy: algorithm,
  make: (text) => digest(id, text),
})

export const digestMistakes: readonly DigestMistake[] = [
  {
    id: 'twice-hex',
    what: 'hashes twice: the second time the hex digits of the first hash',
    remedy: once,
    make: (text) => sha256(sha256(text).toString('hex')),
  },
  {
    id: 'twice-base64',
    what: 'hashes twice: the second time the base64 of the first hash',
    remedy: once,
    make: (text) => sha256(sha256(text).toString('base64')),
  },
  {
    id: 'twice-bytes',
    what: 'hashes twice: the second time the bytes of the first hash',
    remedy: once,
    make: (text) => sha256(sha256(text)),
  },
  {
    id: 'twice-upper-hex',
    what: 'hashes twice: the second time the hex digits, in capitals, of the first hash',
    remedy: once,
    make: (text) => sha256(sha256(text).toString('hex').toUpperCase()),
  },
  {
    id: 'thrice-hex',
    what: 'hashes three times, each time the hex digits of the hash before',
    remedy: once,
    make: (text) => sha256(sha256(sha256(text).toString('hex')).toString('hex')),
  },
  {
    id: 'md5-first',
    what: 'hashes the hex digits of an MD5',
    remedy: `An MD5 cannot be used: start from the address. ${algorithm}`,
    make: (text) => sha256(digest('md5', text).toString('hex')),
  },
  {
    id: 'sha1-first',
    what: 'hashes the hex digits of a SHA-1',
    remedy: `A SHA-1 cannot be used: start from the address. ${algorithm}`,
    make: (text) => sha256(digest('sha1', text).toString('hex')),
  },
  other('md5', 'MD5'),
  other('sha1', 'SHA-1'),
  other('sha224', 'SHA-224'),
  other('sha384', 'SHA-384'),
  other('sha512', 'SHA-512'),
  other('sha512-256', 'SHA-512/256'),
  other('sha3-256', 'SHA3-256'),
  {
    id: 'not-hashed',
    what: 'does not hash at all',
    remedy: `${algorithm} Or send the address in the field email or phone, and the operator hashes it.`,
    make: (text) => Buffer.from(text as Uint8Array),
  },
]
