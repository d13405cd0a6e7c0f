import type { PublicIdentity } from '#lib/identity/public-identity.ts'

/** The reader's own answer, as far as the public identity tells it. */
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

/** Whether an answer given now would change anything, so that we never ask in vain. */
export function canAnswer(identity: PublicIdentity): boolean {
  const { status } = identity
  // A consent banner may be answered at any moment, and the form sends what it says along.
  if (status === 'unsupported') return identity.reason === 'consent'
  return status !== 'signed_out' && status !== 'gpc' && status !== 'opted_out'
}
