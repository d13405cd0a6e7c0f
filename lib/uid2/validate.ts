import { requireOpaqueText } from './arguments.ts'
import { type DiiInput, identityField } from './dii.ts'
import { openResponse } from './envelope.ts'
import { Uid2Error } from './errors.ts'
import { type HttpReply, type Reading, refusalError, requireReply, unexpectedStatus } from './reply.ts'

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
