import type { DiiInput, Uid2Client } from '#lib/uid2/index.ts'
import { diagnose, isAccepted, mistakenHashes, showsNormalisation } from '../mistakes/catalogue.ts'
import type { Dii, Mistake } from '../mistakes/typed-dii.ts'
import { readHeader, tokenBytes } from '../token-layout.ts'
import { validityOf } from '../validate-token.ts'
import type { Finding } from './finding.ts'

const worthless =
  'The operator cannot detect this: every call succeeds, but the tokens match no one and are worth nothing to buyers.'

/**
 * Whether the hash that a system sends for a person is correct, and if not, which mistakes it makes. Pure.
 */
export function hashFindings(dii: Dii, sent: string): Finding[] {
  const check = 'hash'
  const diagnosis = diagnose(dii, sent)
  if (diagnosis.result === 'right')
    return [{ check, level: 'ok', what: 'it is the correct hash of this person.' }, ...normalisationNote(dii)]
  const why = isAccepted(sent) ? worthless : 'Operators refuse a hash of this shape: “Invalid Identifier”.'
  if (diagnosis.result === 'mistaken') return [mistaken(check, diagnosis.mistakes, why)]
  return [
    {
      check,
      level: 'fault',
      what: `it is not this person’s hash, and no known mistake leads to it (${shapeOf(sent)}).`,
      why,
      remedy:
        'It may be of another person or another address of theirs, salted or keyed (operators take no salt), or of a text that this program does not try. Compare with `hash`.',
    },
  ]
}

/**
 * Whether a token is this person's. If not, asks the operator about the hashes of known mistakes. A token
 * from a wrong hash looks like any other.
 */
export async function tokenFindings(
  client: Uid2Client,
  token: string,
  dii: Dii,
  depth: 1 | 2,
): Promise<Finding[]> {
  const check = 'token'
  const bytes = tokenBytes(token)
  const type = (bytes && readHeader(bytes)?.identity) ?? dii.kind
  const right = { [dii.kind]: dii.normalised } as unknown as DiiInput
  const validity = await validityOf(client, token, right)
  if (validity === 'invalid_token')
    return [
      {
        check,
        level: 'fault',
        what: 'the operator cannot read the token.',
        why: 'It is damaged, cut, or of another environment or product.',
        remedy:
          'Pass advertising_token on unchanged: it is case-sensitive, and no URL or form may change it.',
      },
    ]
  if (validity === 'foreign_token')
    return [
      {
        check,
        level: 'fault',
        what: 'the operator does not validate this token for this API key.',
        why: 'It is another site’s token, or the site has no encryption key of its own yet.',
        remedy:
          'Use a token that this API key got, or ask your contact at the operator for a keyset of your site.',
      },
    ]
  if (type !== dii.kind) return [otherKind(type, dii)]
  if (validity === 'valid')
    return [{ check, level: 'ok', what: 'it was made from this person’s hash.' }, ...normalisationNote(dii)]

  const candidates = mistakenHashes(dii, depth)
  for (const { mistakes, hash } of candidates) {
    const input: DiiInput = dii.kind === 'email' ? { emailHash: hash } : { phoneHash: hash }
    if ((await validityOf(client, token, input)) === 'valid') return [mistaken(check, mistakes, worthless)]
  }
  return [
    {
      check,
      level: 'fault',
      what: `it is not this person’s, and none of ${candidates.length} known mistakes leads to it.`,
      why: 'It may be from another person or another address, or from before the yearly change of this person’s salt.',
      remedy: `Generate a new token for this address and verify that.${depth === 1 ? ' --thorough also tries two mistakes at once.' : ''}`,
    },
  ]
}

function otherKind(type: Dii['kind'], { kind }: Dii): Finding {
  const field = { email: 'email or email_hash', phone: 'phone or phone_hash' }
  return {
    check: 'token',
    level: 'fault',
    what: `it was made for ${type === 'email' ? 'an e-mail address' : 'a phone number'}, and this is the other kind.`,
    why: 'A person’s e-mail address and phone number have different UIDs, and buyers tell them apart.',
    remedy: `Send this in ${field[kind]}.`,
  }
}

function mistaken(check: string, mistakes: readonly Mistake[], why: string): Finding {
  return {
    check,
    level: 'fault',
    what: `the system ${mistakes.map(({ what }) => what).join('; then it ')}.`,
    why,
    remedy: [...new Set(mistakes.map(({ remedy }) => remedy))].join(' '),
    mistakes: mistakes.map(({ id }) => id),
  }
}

function normalisationNote(dii: Dii): Finding[] {
  if (showsNormalisation(dii)) return []
  const example = dii.kind === 'email' ? ' Jane.Doe+News@Gmail.com ' : '+1 (234) 567-8901'
  return [
    {
      check: 'normalisation',
      level: 'note',
      what: `was not tested, because this person is typed exactly as hashed. Try one like “${example}”.`,
    },
  ]
}

function shapeOf(sent: string): string {
  if (/^[0-9a-f]+$/i.test(sent)) return `${sent.length} hex digits, a SHA-256 has 64`
  return `${sent.length} characters, the base64 of a SHA-256 has 44`
}
