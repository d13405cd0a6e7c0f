import type { CallOptions, Uid2Client } from './client'
import { Uid2Error, type Uid2ErrorReason } from './errors'

/** An invalid refresh token, which belongs to no one. */
const NO_IDENTITY = {
  advertising_token: '-',
  refresh_token: '-',
  identity_expires: 1,
  refresh_from: 1,
  refresh_expires: 1,
  refresh_response_key: `${'A'.repeat(43)}=`,
}

/**
 * Finds out why calls are `unauthorized`: a 401 does not say whether the key is unknown or may not make the
 * call. An error reply to a refresh does, because operators describe a token's fault only to known keys. So
 * this sends a refresh with an invalid token. A disabled key counts as known.
 *
 * Returns `undefined` when the operator does not say, or fails.
 *
 * @throws TypeError for invalid options
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
