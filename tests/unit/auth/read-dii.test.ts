import { describe, expect, it } from 'vitest'
import { readDii } from '#lib/auth/read-dii.ts'
import { disguised, withUnseen } from '../../conformance/vectors-disguised.ts'

describe('a typed address', () => {
  it.each([
    'jane@example.com',
    'Jane.Saoirse+News@Example.COM',
    "o'neil@example.co.uk",
    'ä@exämple.de',
    'a@b.c',
  ])('may be %s', (value) => {
    expect(readDii({ email: value })).toEqual({ kind: 'email', value })
  })

  it('is trimmed, and otherwise normalised only by the protocol', () => {
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
  ])('may not be %j', (email) => {
    expect(readDii({ email })).toBe('bad_email')
  })

  it.each([...disguised, ...withUnseen('jane@example.com')])(
    'may not be %j, another spelling (U7c)',
    (email) => {
      expect(readDii({ email })).toBe('bad_email')
    },
  )

  it.each(['f'.repeat(64), 'F0'.repeat(32), Buffer.alloc(32, 1).toString('base64')])(
    'may not be %s, which looks hashed and would be hashed again (U13)',
    (email) => {
      expect(readDii({ email })).toBe('looks_hashed')
    },
  )
})

describe('a typed phone number', () => {
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
    // As copied from contacts, with marks of text direction.
    ['\u202a+44 20 7946 0018\u202c', '+442079460018'],
    ['\u200e+442079460018', '+442079460018'],
    // The operator's own test number, which belongs to no country.
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
    // One digit too many for the country: its trunk zero would be kept.
    '+44 (0)20 7946 00181',
    '+44 (0)(0)20 7946 0018',
    `+1${' '.repeat(40)}2345678901`,
  ])('may not be %j: only an international number is unambiguous', (phone) => {
    expect(readDii({ phone })).toBe('bad_phone')
  })
})

it.each([{}, { email: '' }, { email: '  ', phone: '' }, { email: 7 }, { email: ['a@b.c'] }, { phone: null }])(
  '%j is empty',
  (input) => {
    expect(readDii(input)).toBe('empty')
  },
)

it('an address is preferred to a number', () => {
  expect(readDii({ email: 'jane@example.com', phone: '+12345678901' })).toMatchObject({ kind: 'email' })
})
