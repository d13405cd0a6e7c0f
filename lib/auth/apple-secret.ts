import 'server-only'
import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import type { SignInSettings } from '../env/env'

type AppleSettings = NonNullable<SignInSettings['apple']>

/**
 * The client secret for Apple's token endpoint: a JWT signed with the developer's key. Each is made for one
 * use and expires in 5 minutes, though Apple accepts six months.
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
