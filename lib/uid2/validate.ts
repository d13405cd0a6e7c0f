import { requireOpaqueText } from './arguments.ts'
import { type DiiInput, identityField } from './dii.ts'
import { openResponse, type Sealing, sealRequest } from './envelope.ts'
import { Uid2Error } from './errors.ts'
import { type OperatorReply, refusalError, unexpectedStatus } from './reply.ts'
import type { SealedRequest } from './transport.ts'

/**
 * Builds `POST /v2/token/validate`.
 *
 * @throws TypeError when the token is no token or the input not one well-formed piece of DII
 * @see https://unifiedid.com/docs/endpoints/post-token-validate
 */
export async function buildValidateRequest(
  sealing: Sealing,
  advertisingToken: string,
  input: DiiInput,
  { sendRaw }: { sendRaw: boolean },
): Promise<SealedRequest> {
  const token = requireOpaqueText(advertisingToken, 'advertisingToken')
  const fields = { token, ...(await identityField(input, sendRaw)) }
  return { path: '/v2/token/validate', ...(await sealRequest(sealing, JSON.stringify(fields))) }
}

/**
 * Reads the reply to {@link buildValidateRequest}: whether the token was made from this DII.
 *
 * @throws Uid2Error for everything that is not a yes or a no
 * @see https://unifiedid.com/docs/endpoints/post-token-validate
 */
export async function readValidateReply(
  key: CryptoKey,
  nonce: Uint8Array,
  reply: OperatorReply,
): Promise<boolean> {
  if (reply.status !== 200) throw refusalError(reply)
  const { status, body } = await openResponse(key, reply.body, nonce)
  if (status !== 'success') throw unexpectedStatus(status)
  if (typeof body !== 'boolean') {
    throw new Uid2Error('bad_response', 'the response says neither yes nor no', { httpStatus: 200 })
  }
  return body
}
