import type { TextMistake } from './email-texts.ts'

const e164 = 'Hash the number in E.164: +, country code, number; only digits, nothing between them.'
const countryCodes = [1, 2, 3]

/** Ways to write a North American number. Other countries have too many. */
function northAmerican(number: string): string[] {
  const [, area, exchange, line] = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number) ?? []
  if (area === undefined) return []
  const local = [
    `${area}-${exchange}-${line}`,
    `(${area}) ${exchange}-${line}`,
    `${area}.${exchange}.${line}`,
    `${area} ${exchange} ${line}`,
  ]
  return local.flatMap((text) => [text, `1-${text}`, `+1-${text}`, `+1 ${text}`, `1 ${text}`])
}

export const phoneTexts: readonly TextMistake[] = [
  {
    id: 'plus-missing',
    what: 'hashes the digits without the +',
    remedy: e164,
    make: ({ normalised }) => [normalised.slice(1)],
  },
  {
    id: 'plus-became-space',
    what: 'has a space where the + was, as a form decoder leaves it',
    remedy: 'Percent-encode the + (%2B) in the form or URL that the number travels in.',
    make: ({ normalised }) => [` ${normalised.slice(1)}`],
  },
  {
    id: 'double-zero',
    what: 'writes 00 instead of +',
    remedy: e164,
    make: ({ normalised }) => [`00${normalised.slice(1)}`],
  },
  {
    id: 'country-code-missing',
    what: 'hashes the number without its country code',
    remedy: `${e164} An operator cannot guess the country.`,
    make: ({ normalised }) =>
      countryCodes.flatMap((length) => {
        const national = normalised.slice(1 + length)
        return [national, `0${national}`]
      }),
  },
  {
    id: 'trunk-zero-kept',
    what: 'keeps the leading 0 of the national number behind the country code',
    remedy: e164,
    make: ({ normalised }) =>
      countryCodes.map((length) => `${normalised.slice(0, 1 + length)}0${normalised.slice(1 + length)}`),
  },
  {
    id: 'not-normalised',
    what: 'hashes the number as it was typed',
    remedy: e164,
    make: ({ given }) => [given],
  },
  {
    id: 'formatted',
    what: 'hashes the number with spaces, dots, dashes or brackets',
    remedy: e164,
    make: ({ normalised }) => northAmerican(normalised),
  },
]
