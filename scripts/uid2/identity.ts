import type { Product } from '#lib/identity/public-identity.ts'
import { products } from '#lib/shared/products.ts'
import {
  type GenerateOutcome,
  type Identity,
  parseIdentity,
  type RefreshOutcome,
  Uid2Error,
} from '#lib/uid2/index.ts'
import { type Answer, UsageError } from '../command-line/command.ts'
import { type Paint, pairs, prose, time } from '../command-line/terminal.ts'

/** Reads an identity from the output of `generate --json`, from an operator's body, or bare. */
export function readIdentity(json: string): Identity {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw new UsageError('The identity is not JSON.')
  }
  const { identity, body } = (value ?? {}) as { identity?: unknown; body?: unknown }
  try {
    return parseIdentity(identity ?? body ?? value)
  } catch (error) {
    throw error instanceof Uid2Error ? new UsageError(`This is not an identity: ${error.message}.`) : error
  }
}

/** The result of a generate or refresh. */
export function outcomeAnswer(
  outcome: GenerateOutcome | RefreshOutcome,
  product: Product,
  now: number,
): Answer {
  const { status } = outcome
  if (outcome.status !== 'success')
    return { ok: false, json: { status }, lines: (paint) => noLines(outcome.status, product, paint) }
  const { identity } = outcome
  return { ok: true, json: { status, identity }, lines: (paint) => identityLines(identity, now, paint) }
}

function identityLines(identity: Identity, now: number, paint: Paint): string[] {
  return [
    paint.good('success'),
    ...pairs(
      [
        ['advertising token', identity.advertising_token],
        ['refresh token', `${identity.refresh_token.length} characters (--json prints it)`],
        ['refresh from', time(identity.refresh_from, now)],
        ['token expires', time(identity.identity_expires, now)],
        ['refresh expires', time(identity.refresh_expires, now)],
      ],
      paint,
    ),
  ]
}

const meanings = {
  optout:
    'This person opted out of {product}: delete their tokens, record the opt-out, and do not call the operator for them again.',
  insufficient_user_consent:
    'The TCF consent string lacks a purpose that EUID needs, or cannot be read: there is no token.',
  expired_token: 'The refresh token has expired: delete the identity and generate a new one.',
  invalid_token:
    'The operator cannot read the token: it is damaged, or of another environment or product. Delete it.',
  foreign_token:
    'The operator does not validate this token for this API key: it is another site’s, or the site has no encryption key of its own yet.',
}

export function noLines(status: keyof typeof meanings, product: Product, paint: Paint): string[] {
  const meaning = meanings[status].replace('{product}', products[product].name)
  return [paint.bad(status), ...prose(meaning, '')]
}
