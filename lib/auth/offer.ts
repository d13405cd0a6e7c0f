import 'server-only'
import { env } from '../env/server.ts'
import { proofKinds } from './proof/proof.ts'
import { offeredProviders } from './providers.ts'

/** The ways to sign in that this site offers, for the sign-in page. */
export function signInOffer() {
  const { demoSignIn, signIn } = env()
  return { providers: offeredProviders(signIn), proof: proofKinds(), demo: demoSignIn }
}
