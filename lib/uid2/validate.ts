import { requireOpaqueText } from './arguments'
import { type DiiInput, toIdentityField } from './dii'
import { openResponse } from './envelope'
import { Uid2Error } from './errors'
import { type HttpReply, type ReplyContext, requireReply, toReplyError, unexpectedStatus } from './reply'

/**
 * The JSON of `POST /v2/token/validate`.
 *
 * @throws TypeError when the token is invalid or the input is not one well-formed piece of DII
 */
export async function validateFields(
  advertisingToken: string,
  input: DiiInput,
  sendRaw: boolean,
): Promise<Record<string, string>> {
  const token = requireOpaqueText(advertisingToken, 'advertisingToken')
  return { token, ...(await toIdentityField(input, sendRaw)) }
}

/**
 * Whether the token was made from this DII.
 *
 * @throws Uid2Error for anything but true or false
 */
export async function readValidateReply(
  reading: ReplyContext,
  nonce: Uint8Array,
  reply: HttpReply,
): Promise<boolean> {
  if (requireReply(reply).status !== 200) throw toReplyError(reply, reading)
  const { status, body } = await openResponse(reading, nonce, reply)
  if (status !== 'success') throw unexpectedStatus(status)
  if (typeof body !== 'boolean') {
    throw new Uid2Error('bad_response', 'the response is neither true nor false', { httpStatus: 200 })
  }
  return body
}
