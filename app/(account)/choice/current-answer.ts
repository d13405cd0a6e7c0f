import type { PublicIdentity } from '#lib/identity/public-identity.ts'

/** The reader's own answer, as far as the public identity shows it. */
export function currentAnswer(identity: PublicIdentity): 'granted' | 'denied' | undefined {
  switch (identity.status) {
    case 'available':
    case 'withheld':
    case 'refreshing':
    case 'opted_out':
      return 'granted'
    case 'denied':
      return 'denied'
    default:
      return undefined
  }
}

/** Whether an answer would change anything. If not, the page does not ask. */
export function canAnswer(identity: PublicIdentity): boolean {
  const { status } = identity
  // The reader may answer a consent banner at any time, and the form sends its signals too.
  if (status === 'unsupported') return identity.reason === 'consent'
  return status !== 'signed_out' && status !== 'gpc' && status !== 'opted_out'
}
