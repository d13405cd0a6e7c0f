import type { PublicIdentity } from '#lib/identity/public.ts'

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
export function canAnswer({ status }: PublicIdentity): boolean {
  return status !== 'signed_out' && status !== 'gpc' && status !== 'unsupported' && status !== 'opted_out'
}
