import type { Mistake } from './typed-dii.ts'

/** An encoding of a hash other than base64 or hex. */
interface SpellingMistake extends Mistake {
  readonly make: (hash: Buffer) => readonly string[]
}

const base64Of =
  'Encode the 32 bytes of the hash in base64, not their text; or send the hex digits as they are.'
const standard = 'Use the standard base64 alphabet with padding: 44 characters.'
const bare = 'Send the base64 or hex alone.'

const hex = (bytes: Buffer) => bytes.toString('hex')
const base64 = (bytes: Buffer) => bytes.toString('base64')
const base64OfText = (text: string) => base64(Buffer.from(text))

/** The two encodings that operators accept, hex in either case. */
export const rightSpellings = { base64, hex } as const

export const spellingMistakes: readonly SpellingMistake[] = [
  {
    id: 'base64-of-hex',
    what: 'writes the hex digits of the hash in base64',
    remedy: base64Of,
    make: (hash) => [base64OfText(hex(hash))],
  },
  {
    id: 'base64-of-upper-hex',
    what: 'writes the hex digits, in capitals, of the hash in base64',
    remedy: base64Of,
    make: (hash) => [base64OfText(hex(hash).toUpperCase())],
  },
  {
    id: 'base64-twice',
    what: 'writes the hash in base64 twice',
    remedy: 'Encode once.',
    make: (hash) => [base64OfText(base64(hash))],
  },
  {
    id: 'hex-of-base64',
    what: 'writes the base64 of the hash in hex digits',
    remedy: 'Encode once.',
    make: (hash) => [hex(Buffer.from(base64(hash)))],
  },
  {
    id: 'padding-missing',
    what: 'omits the = at the end of the base64',
    remedy: standard,
    make: (hash) => [base64(hash).replace(/=+$/, '')],
  },
  {
    id: 'url-safe-base64',
    what: 'writes the hash in the URL-safe base64 alphabet',
    remedy: standard,
    make: (hash) => {
      const unpadded = hash.toString('base64url')
      return [base64(hash).replaceAll('+', '-').replaceAll('/', '_'), unpadded]
    },
  },
  {
    id: 'percent-encoded-hash',
    what: 'percent-encodes the base64',
    remedy: 'The envelope is JSON: send the base64 as it is.',
    make: (hash) => [encodeURIComponent(base64(hash))],
  },
  {
    id: 'plus-became-space-in-hash',
    what: 'has spaces where the base64 had +, as a form decoder leaves them',
    remedy: 'Percent-encode the + (%2B) in the form or URL that the hash travels in.',
    make: (hash) => [base64(hash).replaceAll('+', ' ')],
  },
  {
    id: 'prefixed',
    what: 'writes a prefix before the hash',
    remedy: bare,
    make: (hash) =>
      ['0x', '\\x', 'sha256:', 'sha256-', 'SHA256:'].flatMap((prefix) => [
        prefix + hex(hash),
        prefix + base64(hash),
      ]),
  },
  {
    id: 'separated-hex',
    what: 'writes separators between the hex digits',
    remedy: bare,
    make: (hash) => {
      const pairs = hex(hash).match(/../g) ?? []
      return ['-', ':', ' '].flatMap((mark) => [pairs.join(mark), pairs.join(mark).toUpperCase()])
    },
  },
  {
    id: 'bytes-as-text',
    what: 'turns the bytes of the hash into a text before encoding them',
    remedy: 'Keep the hash as bytes from the digest to the base64.',
    make: (hash) => [base64OfText(hash.toString('latin1')), base64OfText(hash.toString('utf8'))],
  },
]

const whitespaceAround: Mistake = {
  id: 'whitespace-around-hash',
  what: 'sends whitespace or a line end around the hash',
  remedy: bare,
}
const quotesAround: Mistake = {
  id: 'quotes-around-hash',
  what: 'sends quotation marks around the hash',
  remedy: bare,
}

/** The texts that the sent value may mean, with the mistakes around them. */
export function unwrap(sent: string): { text: string; mistakes: readonly Mistake[] }[] {
  const trimmed = sent.trim()
  const quoted = /^(["'])(.*)\1$/s.exec(trimmed)?.[2]
  return [
    { text: sent, mistakes: [] },
    ...(trimmed === sent ? [] : [{ text: trimmed, mistakes: [whitespaceAround] }]),
    ...(quoted === undefined ? [] : [{ text: quoted, mistakes: [quotesAround] }]),
  ]
}
