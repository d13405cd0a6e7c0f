import { emailTexts, type TextMistake } from './email-texts.ts'
import { phoneTexts } from './phone-texts.ts'
import type { Dii } from './typed-dii.ts'

const clean = 'Hash the normalised text itself, with nothing before or after it.'

/** Mistakes with addresses and numbers. */
const anyTexts: readonly TextMistake[] = [
  {
    id: 'line-end-behind',
    what: 'hashes the line end too, which `echo` and lines of a file add',
    remedy: 'Remove the line end before hashing; in a shell: printf %s instead of echo.',
    make: ({ normalised }) => [`${normalised}\n`, `${normalised}\r\n`, `${normalised}\r`],
  },
  {
    id: 'space-around',
    what: 'hashes a space or tab around it',
    remedy: 'Remove whitespace at both ends before hashing.',
    make: ({ normalised: n }) => [`${n} `, ` ${n}`, ` ${n} `, `${n}\t`, `\t${n}`],
  },
  {
    id: 'invisible-around',
    what: 'hashes an invisible character too: a byte order mark, a zero-width space or a NUL',
    remedy: clean,
    make: ({ normalised: n }) => [`\ufeff${n}`, `\u200b${n}`, `${n}\u200b`, `${n}\0`],
  },
  {
    id: 'quoted',
    what: 'hashes quotation marks or brackets around it',
    remedy: 'Parse the CSV or JSON that it comes from before hashing.',
    make: ({ normalised: n }) => [`"${n}"`, `'${n}'`, `<${n}>`],
  },
  {
    id: 'with-scheme',
    what: 'hashes the prefix of a link too',
    remedy: clean,
    make: ({ kind, normalised: n }) =>
      kind === 'email' ? [`mailto:${n}`, `email:${n}`] : [`tel:${n}`, `sms:${n}`, `phone:${n}`],
  },
  {
    id: 'percent-encoded-text',
    what: 'hashes the percent-encoded text',
    remedy: 'Decode it before hashing.',
    make: ({ normalised }) => [encodeURIComponent(normalised)],
  },
  {
    id: 'utf-16',
    what: 'hashes the text in UTF-16',
    remedy: 'Hash its UTF-8 bytes (.NET: Encoding.UTF8; SQL Server: not NVARCHAR).',
    make: ({ normalised }) => {
      const little = Buffer.from(normalised, 'utf16le')
      return [little, Buffer.from(little).swap16()]
    },
  },
  {
    id: 'latin-1',
    what: 'hashes the text in Latin-1',
    remedy: 'Hash its UTF-8 bytes.',
    make: ({ normalised }) => [Buffer.from(normalised, 'latin1')],
  },
  {
    id: 'nobody',
    what: 'hashes the empty text or a placeholder instead of an address: all readers get the same hash',
    remedy: 'Do not call the operator for a reader whose address is missing.',
    make: () => ['', 'null', 'NULL', 'undefined', 'None', 'nil', 'NaN', '[object Object]'],
  },
]

export const textMistakes = (kind: Dii['kind']): readonly TextMistake[] => [
  ...(kind === 'email' ? emailTexts : phoneTexts),
  ...anyTexts,
]
