'use client'

import Link from 'next/link'
import type { HandoffState } from '#lib/ads/handoff/handoff-state.ts'
import { useUid2 } from './use-uid2.ts'

/** To the door in or the door out. It is the door in until the page knows better: pages are the same for everybody. */
export function AccountLink() {
  const [href, label] = isSignedIn(useUid2()) ? ['/privacy', 'Sign out'] : ['/sign-in', 'Sign in']
  return (
    <Link href={href} prefetch={false} className="account-link">
      {label}
    </Link>
  )
}

/** Some statuses come before the question who is asking. */
function isSignedIn(state: HandoffState): boolean {
  if (state.status === 'unsupported') return state.reason !== 'page'
  return state.status !== 'loading' && state.status !== 'gpc' && state.status !== 'signed_out'
}
