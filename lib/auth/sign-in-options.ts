import 'server-only'
import { env } from '../env/env'
import { proofKinds } from './proof/proof'
import { offeredProviders } from './providers'

/** The ways to sign in that this site offers, for the sign-in page. */
export function getSignInOptions() {
  const { demoSignIn, signIn } = env()
  return { providers: offeredProviders(signIn), proof: proofKinds(), demo: demoSignIn }
}
