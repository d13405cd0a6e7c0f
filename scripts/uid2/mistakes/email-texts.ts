import { domainToASCII } from 'node:url'
import type { Dii, Mistake } from './typed-dii.ts'

/**
 * A mistake that hashes another text than the normalised one. `make` returns every text that it can produce.
 */
export interface TextMistake extends Mistake {
  readonly make: (dii: Dii) => readonly (string | Uint8Array)[]
}

const lowered = (text: string) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
const split = (address: string) => {
  const at = address.lastIndexOf('@')
  return { local: address.slice(0, at), domain: address.slice(at + 1) }
}
const withoutDots = (local: string) => local.replaceAll('.', '')
const withoutTag = (local: string) => local.replace(/\+.*/s, '')
const domainOf = ({ given }: Dii) => split(lowered(given.trim())).domain
const relocal = (change: (local: string) => string, dii: Dii) => {
  const { local, domain } = split(lowered(dii.given.trim()))
  return [`${change(local)}@${domain}`]
}
const gmailOnly = (change: (local: string) => string) => (dii: Dii) =>
  domainOf(dii) === 'gmail.com' ? relocal(change, dii) : []
const otherDomains = (change: (local: string) => string) => (dii: Dii) =>
  domainOf(dii) === 'gmail.com' ? [] : relocal(change, dii)

const gmailRemedy =
  'For the domain gmail.com, remove from the local part every dot and everything from the first + on.'
const otherRemedy = 'Remove dots and +tags only for the domain gmail.com; other domains keep both.'

/** The most informative first: of mistakes with the same text, the first is reported. */
export const emailTexts: readonly TextMistake[] = [
  {
    id: 'gmail-dots-kept',
    what: 'keeps the dots of a gmail.com address',
    remedy: gmailRemedy,
    make: gmailOnly(withoutTag),
  },
  {
    id: 'gmail-tag-kept',
    what: 'keeps the +tag of a gmail.com address',
    remedy: gmailRemedy,
    make: gmailOnly(withoutDots),
  },
  {
    id: 'gmail-untouched',
    what: 'keeps dots and +tag of a gmail.com address',
    remedy: gmailRemedy,
    make: gmailOnly((local) => local),
  },
  {
    id: 'googlemail-as-gmail',
    what: 'treats googlemail.com like gmail.com, or renames it to gmail.com',
    remedy: 'googlemail.com is a domain like any other: keep it, its dots and its +tags.',
    make: (dii) => {
      if (domainOf(dii) !== 'googlemail.com') return []
      const { local } = split(dii.normalised)
      const bare = withoutDots(withoutTag(local))
      return [`${bare}@googlemail.com`, `${bare}@gmail.com`, `${local}@gmail.com`]
    },
  },
  {
    id: 'dots-dropped-everywhere',
    what: 'drops the dots of an address that is not at gmail.com',
    remedy: otherRemedy,
    make: otherDomains(withoutDots),
  },
  {
    id: 'tags-dropped-everywhere',
    what: 'drops the +tag of an address that is not at gmail.com',
    remedy: otherRemedy,
    make: otherDomains(withoutTag),
  },
  {
    id: 'gmail-rule-everywhere',
    what: 'drops dots and +tag of an address that is not at gmail.com',
    remedy: otherRemedy,
    make: otherDomains((local) => withoutDots(withoutTag(local))),
  },
  {
    id: 'not-normalised',
    what: 'hashes the address as it was typed',
    remedy: 'Trim it, lower-case A–Z, and apply the gmail.com rule before hashing.',
    make: ({ given }) => [given],
  },
  {
    id: 'only-trimmed',
    what: 'trims the address but leaves it otherwise as it was typed',
    remedy: 'Also lower-case A–Z, and apply the gmail.com rule.',
    make: ({ given }) => [given.trim()],
  },
  {
    id: 'only-lower-cased',
    what: 'lower-cases the address but does not trim it',
    remedy: 'Also remove whitespace at both ends, and apply the gmail.com rule.',
    make: ({ given }) => [lowered(given)],
  },
  {
    id: 'unicode-lower-cased',
    what: 'lower-cases letters outside A–Z too',
    remedy: 'Lower-case only A–Z, as operators do; leave É and İ as they are.',
    make: ({ normalised }) => [normalised.toLowerCase()],
  },
  {
    id: 'upper-cased',
    what: 'upper-cases the address',
    remedy: 'Lower-case A–Z instead.',
    make: (dii) => [dii.normalised.toUpperCase(), dii.given.trim().toUpperCase()],
  },
  {
    id: 'unicode-form-changed',
    what: 'changes the Unicode form of the address, or removes accents',
    remedy: 'Hash the characters as they were typed: no NFC, NFD or NFKC, no transliteration.',
    make: ({ normalised }) => [
      ...(['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form) => normalised.normalize(form)),
      normalised.normalize('NFD').replace(/\p{M}/gu, ''),
    ],
  },
  {
    id: 'domain-in-punycode',
    what: 'writes an international domain in its xn-- form',
    remedy: 'Hash the domain as it was typed.',
    make: ({ normalised }) => {
      const { local, domain } = split(normalised)
      const ascii = domainToASCII(domain)
      return ascii === '' ? [] : [`${local}@${ascii}`]
    },
  },
  {
    id: 'part-of-address',
    what: 'hashes only a part of the address',
    remedy: 'Hash the whole address, local part, @ and domain.',
    make: ({ normalised }) => Object.values(split(normalised)),
  },
]
