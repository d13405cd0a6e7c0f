import { describe, expect, it } from 'vitest'
import { readDii } from '#lib/auth/read-dii.ts'
import { disguised, withUnseen } from '../../conformance/vectors-disguised.ts'

describe('an address as it was typed', () => {
  it.each([
    'jane@example.com',
    'Jane.Saoirse+News@Example.COM',
    "o'neil@example.co.uk",
    'ä@exämple.de',
    'a@b.c',
  ])('%s is one', (value) => {
    expect(readDii({ email: value })).toEqual({ kind: 'email', value })
  })

  it('is trimmed, and otherwise left to the protocol to normalise', () => {
    expect(readDii({ email: ' \tJane@Example.com\n' })).toEqual({ kind: 'email', value: 'Jane@Example.com' })
  })

  it.each([
    'jane',
    'jane@',
    '@example.com',
    'jane@example',
    'jane@example.',
    'jane@@example.com',
    'jane doe@example.com',
    'jane@exam ple.com',
    'a@b.c@d.e',
    'jane@example.com\u0000',
    'jane\u0007@example.com',
    'jane@example.com, joe@example.com',
    `${'x'.repeat(250)}@a.bc`,
  ])('%j is none', (email) => {
    expect(readDii({ email })).toBe('bad_email')
  })

  it.each([...disguised, ...withUnseen('jane@example.com')])('U7c: %j is none', (email) => {
    expect(readDii({ email })).toBe('bad_email')
  })

  it.each(['f'.repeat(64), 'F0'.repeat(32), Buffer.alloc(32, 1).toString('base64')])(
    'U13: %s looks hashed, and would be hashed again',
    (email) => {
      expect(readDii({ email })).toBe('looks_hashed')
    },
  )
})

describe('a phone number as it was typed', () => {
  it.each([
    ['+12345678901', '+12345678901'],
    ['+1 (234) 567-89.01', '+12345678901'],
    ['  +441234567890 ', '+441234567890'],
    ['+44.20.7946.0018', '+442079460018'],
    ['+44 (0)20 7946 0018', '+442079460018'],
    ['+33 (0)1 23 45 67 89', '+33123456789'],
    ['+39 06 698 12345', '+390669812345'],
    ['+44\u00a020\u20117946\u20110018', '+442079460018'],
    ['(+44) 20 7946 0018', '+442079460018'],
    ['＋４４　２０　７９４６　００１８', '+442079460018'],
    ['+٤٤ ٢٠٧٩٤٦٠٠١٨', '+442079460018'],
    ['tel:+44-20-7946-0018', '+442079460018'],
    // As contacts are copied: in marks that keep the number in its direction.
    ['\u202a+44 20 7946 0018\u202c', '+442079460018'],
    ['\u200e+442079460018', '+442079460018'],
    // The operator's own test number, which no country has.
    ['+00000000000', '+00000000000'],
  ])('%j is read as %s', (typed, value) => {
    expect(readDii({ phone: typed })).toEqual({ kind: 'phone', value })
  })

  it.each([
    '12345678901',
    '0012345678901',
    '+123456789',
    '+1234567890123456',
    '+1234567890x',
    '++12345678901',
    '+',
    '0044 20 7946 0018',
    '020 7946 0018',
    '(020) 7946 0018',
    'tel:020-7946-0018',
    '+44 20 7946 0018 x5',
    '+44 20 7946 0018 ext. 5',
    '+44 20 7946 0018,5',
    '+44 20 7946 0018;ext=5',
    'tel:+44-20-7946-0018;ext=5',
    '+1 800 FLOWERS',
    '+12345678901 +12345678902',
    '+12345678901, +12345678902',
    '+1234567890\u0000',
    // One digit too many for the country: its trunk zero would stay in.
    '+44 (0)20 7946 00181',
    '+44 (0)(0)20 7946 0018',
    `+1${' '.repeat(40)}2345678901`,
  ])('%j is none: only an international number is unambiguous', (phone) => {
    expect(readDii({ phone })).toBe('bad_phone')
  })
})

it.each([{}, { email: '' }, { email: '  ', phone: '' }, { email: 7 }, { email: ['a@b.c'] }, { phone: null }])(
  '%j is empty',
  (input) => {
    expect(readDii(input)).toBe('empty')
  },
)

it('an address counts before a number', () => {
  expect(readDii({ email: 'jane@example.com', phone: '+12345678901' })).toMatchObject({ kind: 'email' })
})
