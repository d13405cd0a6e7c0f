import 'server-only'
import type { ProofFault } from './proof/proof'
import type { DiiFault } from './read-dii'

/** Why a sign-in step failed. */
export type SignInProblem =
  | DiiFault
  | ProofFault
  | 'not_sent'
  | 'not_offered'
  | 'not_local'
  | 'provider_failed'

/** What the reader sees when a sign-in step fails. Never repeats what was typed. */
export const signInMessages: Record<SignInProblem, string> = {
  empty: 'Please enter an e-mail address or a phone number.',
  bad_email: 'This does not look like an e-mail address. It needs the form name@example.com.',
  looks_hashed: 'This looks like a hash. Please enter the address itself: the hashing is done on the server.',
  bad_phone: 'This does not look like a phone number. It needs the country code, such as +1 234 567 8901.',
  no_request:
    'This browser has not asked for a code or link. Open the link in the browser in which you asked for it, or start again.',
  wrong_secret: 'This is not the code or link that we sent last. Check it, or ask for a new one.',
  over: 'This code or link has been used, or tried too often, or is too old. Please ask for a new one.',
  store_down: 'Signing in does not work at the moment. Please try again in a little while.',
  not_sent: 'We could not send the message just now. Please try again in a moment.',
  not_offered: 'This way of signing in is not offered here.',
  not_local: 'The demo sign-in is only for this machine.',
  provider_failed: 'The other site did not answer. Please try again in a moment, or sign in another way.',
}

export const isSignInProblem = (name: string): name is SignInProblem => Object.hasOwn(signInMessages, name)

export function rateLimitMessage(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return `That was too many tries. Please wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`}, then try again.`
}
