import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { diagnose, isAccepted, mistakenHashes } from '../../../scripts/uid2/mistakes/catalogue.ts'
import { digestMistakes } from '../../../scripts/uid2/mistakes/digests.ts'
import { spellingMistakes } from '../../../scripts/uid2/mistakes/spellings.ts'
import { textMistakes } from '../../../scripts/uid2/mistakes/texts.ts'
import { readAs } from '../../../scripts/uid2/mistakes/typed-dii.ts'
import { emails, phones } from '../../conformance/vectors.ts'

// Written with node:crypto and literal texts, independent of the code under test.
type Bytes = string | Buffer
const hashed = (algorithm: string, text: Bytes) => createHash(algorithm).update(text).digest()
const sha = (text: Bytes) => hashed('sha256', text)
const b64 = (text: Bytes) => sha(text).toString('base64')
const hex = (text: Bytes) => sha(text).toString('hex')
const encoded = (text: string) => Buffer.from(text).toString('base64')

const user = 'user@example.com'
/** Its hash has both + and / in base64, which the spellings write differently. */
const withBoth = 'reader7@example.com'
const tagged = ' Jane.Doe+News@Gmail.com '
const number = '+12345678901'

type Case = readonly [id: string, given: string, ...sent: string[]]

const emailCases: readonly Case[] = [
  ['gmail-dots-kept', tagged, b64('jane.doe@gmail.com')],
  ['gmail-tag-kept', tagged, b64('janedoe+news@gmail.com')],
  ['gmail-untouched', tagged, b64('jane.doe+news@gmail.com')],
  [
    'googlemail-as-gmail',
    'Jane.Doe+x@googlemail.com',
    b64('janedoe@googlemail.com'),
    b64('janedoe@gmail.com'),
    b64('jane.doe+x@gmail.com'),
  ],
  ['dots-dropped-everywhere', 'jane.doe+x@example.com', b64('janedoe+x@example.com')],
  ['tags-dropped-everywhere', 'jane.doe+x@example.com', b64('jane.doe@example.com')],
  ['gmail-rule-everywhere', 'jane.doe+x@example.com', b64('janedoe@example.com')],
  ['not-normalised', 'User@Example.com', b64('User@Example.com')],
  ['not-normalised', tagged, b64(' Jane.Doe+News@Gmail.com ')],
  ['only-trimmed', tagged, b64('Jane.Doe+News@Gmail.com')],
  ['only-lower-cased', tagged, b64(' jane.doe+news@gmail.com ')],
  ['unicode-lower-cased', 'TÉST@example.com', b64('tést@example.com')],
  ['upper-cased', 'user@example.com', b64('USER@EXAMPLE.COM')],
  ['upper-cased', 'jane.doe@gmail.com', b64('JANE.DOE@GMAIL.COM'), b64('JANEDOE@GMAIL.COM')],
  ['unicode-form-changed', 't\u00e9st@example.com', b64('te\u0301st@example.com'), b64('test@example.com')],
  ['domain-in-punycode', 'reader@bücher.example', b64('reader@xn--bcher-kva.example')],
  ['part-of-address', user, b64('user'), b64('example.com')],
  ['line-end-behind', user, b64(`${user}\n`), b64(`${user}\r\n`), b64(`${user}\r`)],
  ['space-around', user, b64(`${user} `), b64(` ${user}`), b64(`\t${user}`)],
  ['invisible-around', user, b64(`\ufeff${user}`), b64(`${user}\0`), b64(`\u200b${user}`)],
  ['quoted', user, b64(`"${user}"`), b64(`'${user}'`), b64(`<${user}>`)],
  ['with-scheme', user, b64(`mailto:${user}`)],
  ['percent-encoded-text', user, b64('user%40example.com')],
  [
    'utf-16',
    user,
    b64(Buffer.from(user, 'utf16le')),
    b64(Buffer.from([...user].map((c) => `\0${c}`).join(''))),
  ],
  [
    'latin-1',
    'tést@example.com',
    b64(Buffer.from([...Buffer.from('t'), 0xe9, ...Buffer.from('st@example.com')])),
  ],
  // The well-known SHA-256 of the empty text.
  [
    'nobody',
    user,
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    b64('null'),
    b64('undefined'),
    b64('None'),
  ],
]

const phoneCases: readonly Case[] = [
  ['plus-missing', number, b64('12345678901')],
  ['plus-became-space', number, b64(' 12345678901')],
  ['double-zero', number, b64('0012345678901')],
  ['country-code-missing', number, b64('2345678901')],
  ['country-code-missing', '+447911123456', b64('7911123456'), b64('07911123456')],
  ['trunk-zero-kept', '+447911123456', b64('+4407911123456')],
  ['not-normalised', '+44 7911 123456', b64('+44 7911 123456')],
  ['formatted', number, b64('+1 (234) 567-8901'), b64('234-567-8901'), b64('1-234-567-8901')],
  ['with-scheme', number, b64('tel:+12345678901')],
]

const digestCases: readonly Case[] = [
  ['twice-hex', user, b64(hex(user))],
  ['twice-upper-hex', user, b64(hex(user).toUpperCase())],
  ['twice-base64', user, b64(b64(user))],
  ['twice-bytes', user, b64(sha(user))],
  ['thrice-hex', user, b64(hex(hex(user)))],
  ['md5-first', user, b64(hashed('md5', user).toString('hex'))],
  ['sha1-first', user, b64(hashed('sha1', user).toString('hex'))],
  ['md5', user, hashed('md5', user).toString('hex'), hashed('md5', user).toString('base64')],
  ['sha1', user, hashed('sha1', user).toString('hex')],
  ['sha224', user, hashed('sha224', user).toString('hex')],
  ['sha384', user, hashed('sha384', user).toString('hex')],
  ['sha512', user, hashed('sha512', user).toString('hex')],
  ['sha512-256', user, hashed('sha512-256', user).toString('base64')],
  ['sha3-256', user, hashed('sha3-256', user).toString('base64')],
  ['not-hashed', user, user, encoded(user), Buffer.from(user).toString('hex')],
]

const of = b64(withBoth)
const spellingCases: readonly Case[] = [
  ['base64-of-hex', withBoth, encoded(hex(withBoth))],
  ['base64-of-upper-hex', withBoth, encoded(hex(withBoth).toUpperCase())],
  ['base64-twice', withBoth, encoded(of)],
  ['hex-of-base64', withBoth, Buffer.from(of).toString('hex')],
  ['padding-missing', withBoth, of.slice(0, -1)],
  [
    'url-safe-base64',
    withBoth,
    of.replace(/[+]/g, '-').replace(/[/]/g, '_'),
    sha(withBoth).toString('base64url'),
  ],
  ['percent-encoded-hash', withBoth, of.replace(/[+]/g, '%2B').replace(/[/]/g, '%2F').replace('=', '%3D')],
  ['plus-became-space-in-hash', withBoth, of.replace(/[+]/g, ' ')],
  ['prefixed', withBoth, `0x${hex(withBoth)}`, `sha256:${hex(withBoth)}`, `sha256-${of}`],
  ['separated-hex', withBoth, (hex(withBoth).toUpperCase().match(/../g) ?? []).join('-')],
  [
    'bytes-as-text',
    withBoth,
    encoded(sha(withBoth).toString('latin1')),
    encoded(sha(withBoth).toString('utf8')),
  ],
  ['whitespace-around-hash', withBoth, `${of}\n`, ` ${hex(withBoth)}`],
  ['quotes-around-hash', withBoth, `"${of}"`, `'${hex(withBoth)}'`],
]

const all = [
  ...[...emailCases, ...digestCases, ...spellingCases].map((it) => ['email', it] as const),
  ...phoneCases.map((it) => ['phone', it] as const),
]
const flat = all.flatMap(([kind, [id, given, ...sent]]) =>
  sent.map((text, index) => ({
    id,
    kind,
    given,
    text,
    name: `${id} of ${JSON.stringify(given)} (${index + 1})`,
  })),
)

const idsOf = (kind: 'email' | 'phone', given: string, sent: string) => {
  const diagnosis = diagnose(readAs(kind, given), sent)
  return diagnosis.result === 'mistaken' ? diagnosis.mistakes.map(({ id }) => id) : [diagnosis.result]
}

describe('a mistake is found by its result (U5)', () => {
  it.each(flat)('$name', ({ id, kind, given, text }) => {
    expect(idsOf(kind, given, text)).toEqual([id])
  })

  it('every mistake of the catalogue has a case', () => {
    const known = [
      ...[...textMistakes('email'), ...textMistakes('phone'), ...digestMistakes, ...spellingMistakes].map(
        (m) => m.id,
      ),
      'whitespace-around-hash',
      'quotes-around-hash',
    ]
    expect([...new Set(all.map(([, [id]]) => id))].sort()).toEqual([...new Set(known)].sort())
  })

  it('the address of the spelling cases has + and / in its hash', () => {
    expect(of).toMatch(/[+].*[/]|[/].*[+]/)
  })
})

describe('a correct hash is recognised', () => {
  it.each(emails)('%j in base64 and in hex of either case', (given, _, hash) => {
    const digits = Buffer.from(hash, 'base64').toString('hex')
    for (const sent of [hash, digits, digits.toUpperCase()])
      expect(idsOf('email', given, sent)).toEqual(['right'])
  })

  it.each(phones)('%s', (given, hash) => {
    expect(idsOf('phone', given, hash)).toEqual(['right'])
  })

  it('a number with brackets and dashes, hashed in E.164', () => {
    expect(idsOf('phone', '+1 (234) 567-8901', b64(number))).toEqual(['right'])
  })
})

describe('several mistakes', () => {
  it('are named in the order in which they were made', () => {
    expect(idsOf('email', tagged, `${encoded(hex(hex(tagged)))}\n`)).toEqual([
      'not-normalised',
      'twice-hex',
      'base64-of-hex',
      'whitespace-around-hash',
    ])
  })

  it('one mistake is preferred to two', () => {
    // A line end behind it is one mistake; a typed line end that is not trimmed would be two.
    expect(idsOf('email', 'User@example.com', b64('user@example.com\n'))).toEqual(['line-end-behind'])
  })

  it('a number with (0) is refused, because its correct hash is unclear', () => {
    expect(() => readAs('phone', '+49 (0)30 12345678')).toThrow(TypeError)
    expect(idsOf('phone', '+49 30 12345678', b64('+493012345678'))).toEqual(['right'])
    expect(idsOf('phone', '+1 (001) 567-8901', b64('+10015678901'))).toEqual(['right'])
  })

  it('an unexplained hash stays unknown', () => {
    expect(idsOf('email', user, b64('somebody.else@example.com'))).toEqual(['unknown'])
    expect(idsOf('email', user, b64(`salt${user}`))).toEqual(['unknown'])
  })
})

describe('the hashes to try for a token', () => {
  const found = (depth: 1 | 2) => mistakenHashes(readAs('email', tagged), depth)

  it('contain every single mistake that leads to 32 bytes once, and never the right hash', () => {
    const hashes = found(1).map(({ hash }) => hash)
    expect(new Set(hashes).size).toBe(hashes.length)
    expect(hashes).not.toContain(b64('janedoe@gmail.com'))
    for (const wrong of [
      b64('jane.doe+news@gmail.com'),
      b64(tagged),
      b64(hex('janedoe@gmail.com')),
      b64(b64('janedoe@gmail.com')),
      b64(sha('janedoe@gmail.com')),
      b64('janedoe@gmail.com\n'),
      b64(''),
    ])
      expect(hashes).toContain(wrong)
    expect(hashes).not.toContain(hashed('md5', 'janedoe@gmail.com').toString('base64'))
  })

  it('contain pairs of mistakes only on request, after the single ones', () => {
    const pair = b64(hex('jane.doe+news@gmail.com'))
    expect(found(1).map(({ hash }) => hash)).not.toContain(pair)
    expect(
      found(2)
        .find(({ hash }) => hash === pair)
        ?.mistakes.map(({ id }) => id),
    ).toEqual(['gmail-untouched', 'twice-hex'])
    const sizes = found(2).map(({ mistakes }) => mistakes.length)
    expect(sizes).toEqual(sizes.toSorted())
  })

  it('are in a form that operators accept', () => {
    expect([of, hex(user), hex(user).toUpperCase()].map(isAccepted)).toEqual([true, true, true])
    expect([of.slice(0, -1), `${of}\n`, sha(withBoth).toString('base64url'), ''].map(isAccepted)).toEqual(
      Array(4).fill(false),
    )
  })
})
