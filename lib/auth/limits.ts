import 'server-only'
import { limiter } from '../database/limits.ts'
import { clientAddress } from './client-address.ts'
import type { Dii } from './reader.ts'

const quarter = 15 * 60

/** Counts one attempt to sign in, by the asking address: seconds to wait when there were too many, else null. */
export const limitAttempts = (headers: Headers): Promise<number | null> =>
  limiter('sign-in-attempts', { points: 30, seconds: quarter }).consume(clientAddress(headers))

/**
 * Counts one browser that a provider leads back: anybody can come by such an address, and each time the
 * provider is asked. Apart from the attempts, so that a whole sign-in is one of each.
 */
export const limitReturns = (headers: Headers): Promise<number | null> =>
  limiter('sign-in-returns', { points: 30, seconds: quarter }).consume(clientAddress(headers))

/** Counts one message sent, by the asking address and by its receiver, who must not be flooded. */
export async function limitAsking(headers: Headers, dii: Dii): Promise<number | null> {
  const byAddress = limiter('sign-in-messages', { points: 20, seconds: quarter })
  const byDii = limiter('sign-in-receiver', { points: 5, seconds: 4 * quarter })
  return (await byAddress.consume(clientAddress(headers))) ?? (await byDii.consume(mailboxOf(dii)))
}

/** Spellings that many hosts deliver to one mailbox count as one. */
function mailboxOf({ kind, value }: Dii): string {
  const [local = '', domain = ''] = value.toLowerCase().split('@')
  return kind === 'phone' ? value : `${local.replace(/\+.*$/, '').replaceAll('.', '')}@${domain}`
}
