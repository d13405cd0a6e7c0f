import { requireOpaqueText } from './arguments'
import { type DiiInput, identityField } from './dii'
import { openResponse } from './envelope'
import { Uid2Error } from './errors'
import { type HttpReply, type Reading, refusalError, requireReply, unexpectedStatus } from './reply'

/**
 * The JSON of `POST /v2/token/validate`.
 *
 * @throws TypeError when the token is no token or the input not one well-formed piece of DII
 */
export async function validateFields(
  advertisingToken: string,
  input: DiiInput,
  sendRaw: boolean,
): Promise<Record<string, string>> {
  const token = requireOpaqueText(advertisingToken, 'advertisingToken')
  return { token, ...(await identityField(input, sendRaw)) }
}

/**
 * Whether the token was made from this DII.
 *
 * @throws Uid2Error for everything that is not a yes or a no
 */
export async function readValidateReply(
  reading: Reading,
  nonce: Uint8Array,
  reply: HttpReply,
): Promise<boolean> {
  if (requireReply(reply).status !== 200) throw refusalError(reply, reading)
  const { status, body } = await openResponse(reading, nonce, reply)
  if (status !== 'success') throw unexpectedStatus(status)
  if (typeof body !== 'boolean') {
    throw new Uid2Error('bad_response', 'the response says neither yes nor no', { httpStatus: 200 })
  }
  return body
}
