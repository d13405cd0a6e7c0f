import 'server-only'
import { createLimiter, type Limiter } from '../database/limiter'
import type { Dii } from '../identity/types'
import { clientAddress, networkOf } from './client-address'

const quarter = 15 * 60
const hour = 4 * quarter

/**
 * Counts one sign-in attempt by client address. Returns the seconds to wait when there were too many, else
 * null.
 */
export const limitAttempts = (headers: Headers): Promise<number | null> =>
  createLimiter('sign-in-attempts', { points: 30, seconds: quarter }).consume(clientAddress(headers))

/**
 * Counts one callback from a provider. Anyone can call that URL, and each call makes the site ask the
 * provider. It has its own limit, so that a complete sign-in is one of each.
 */
export const limitCallbacks = (headers: Headers): Promise<number | null> =>
  createLimiter('sign-in-returns', { points: 30, seconds: quarter }).consume(clientAddress(headers))

/**
 * Text messages of the whole site in an hour. They cost up to 0.30 € each, and "SMS pumping" sends them to
 * numbers that pay the sender: 300 are at most 90 € an hour. Raise it for a large site, and cap the spend at
 * the gateway.
 */
const codesPerHour = 300

/** Messages to one receiver in an hour: asked for from one network, and from all networks together. */
const fromOneNetwork = { points: 5, seconds: hour }
const fromEverywhere = { points: 20, seconds: hour }

/**
 * Counts one message, by client address and by receiver. Returns the seconds to wait when there were too
 * many, else null.
 *
 * A receiver has two limits. With one low limit for all, five requests by a stranger would lock the owner out
 * for an hour. So each network may ask for a few messages to a receiver, and all networks together for more:
 * a stranger needs four networks to lock an owner out, and a mailbox gets at most twenty messages an hour.
 *
 * A text message is also counted by network and for the whole site, which pays for it. The site's limit is
 * counted last, so that a message stopped by another limit uses none of it.
 */
export async function limitMessages(headers: Headers, dii: Dii): Promise<number | null> {
  const address = clientAddress(headers)
  const network = networkOf(address)
  const receiver = mailboxOf(dii)
  const counts: [Limiter, string][] = [
    [createLimiter('sign-in-messages', { points: 20, seconds: quarter }), address],
    [createLimiter('sign-in-receiver-network', fromOneNetwork), `${receiver} ${network}`],
    [createLimiter('sign-in-receiver', fromEverywhere), receiver],
  ]
  if (dii.kind === 'phone')
    counts.push(
      [createLimiter('sign-in-codes-network', { points: 30, seconds: hour }), network],
      [createLimiter('sign-in-codes', { points: codesPerHour, seconds: hour }), 'all'],
    )
  for (const [limit, key] of counts) {
    const seconds = await limit.consume(key)
    if (seconds !== null) return seconds
  }
  return null
}

/** Many mail hosts deliver these spellings to one mailbox, so they count as one. */
function mailboxOf({ kind, value }: Dii): string {
  const [local = '', domain = ''] = value.toLowerCase().split('@')
  return kind === 'phone' ? value : `${local.replace(/\+.*$/, '').replaceAll('.', '')}@${domain}`
}
