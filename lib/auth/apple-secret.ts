import 'server-only'
import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import type { SignInSettings } from '../env/server'

type AppleSettings = NonNullable<SignInSettings['apple']>

/**
 * The client secret that Apple's token endpoint takes: no fixed word, but a JWT that the developer's key
 * signs. Made for one use and short-lived, though Apple would take one for six months.
 *
 * @see https://developer.apple.com/documentation/accountorganizationaldatasharing/creating-a-client-secret
 */
export function appleClientSecret({ id, team, keyId, privateKey }: AppleSettings): Promise<string> {
  return new SignJWT()
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(team)
    .setSubject(id)
    .setAudience('https://appleid.apple.com')
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(createPrivateKey(privateKey))
}
