import type { CallOptions, Uid2Client } from './client'
import { Uid2Error, type Uid2ErrorReason } from './errors'

/** A refresh token that is none, so nobody's. */
const NO_IDENTITY = {
  advertising_token: '-',
  refresh_token: '-',
  identity_expires: 1,
  refresh_from: 1,
  refresh_expires: 1,
  refresh_response_key: `${'A'.repeat(43)}=`,
}

/**
 * Why calls are `unauthorized`: a 401 does not say whether the key is unknown or may not make the call. The refusal
 * of a refresh does, because operators tell known keys alone what is wrong with a token. So this sends one, of a token
 * that is none. A disabled key counts as known.
 *
 * Returns `undefined` when the operator does not tell, or fails.
 *
 * @throws TypeError for options that cannot work
 * @see https://unifiedid.com/docs/endpoints/post-token-refresh
 * @example if (error.code === 'unauthorized') console.error(await explainUnauthorized(client))
 */
export async function explainUnauthorized(
  client: Pick<Uid2Client, 'refreshToken'>,
  options: CallOptions = {},
): Promise<Extract<Uid2ErrorReason, 'wrong_key' | 'missing_role'> | undefined> {
  try {
    const { status } = await client.refreshToken(NO_IDENTITY, options)
    return status === 'invalid_token' ? 'missing_role' : undefined
  } catch (error) {
    if (!Uid2Error.is(error)) throw error
    return error.reason === 'wrong_key' ? error.reason : undefined
  }
}
