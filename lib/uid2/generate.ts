import { requireOpaqueText } from './arguments.ts'
import { type DiiInput, identityField } from './dii.ts'
import { openResponse, type Sealing, sealRequest } from './envelope.ts'
import { type Identity, parseIdentity } from './identity.ts'
import { type OperatorReply, refusalError, unexpectedStatus } from './reply.ts'
import type { SealedRequest } from './transport.ts'

/**
 * `optout`: the person opted out of UID2; remember it and do not ask for this person again.
 * `insufficient_user_consent`: EUID only, the consent string does not cover what EUID needs.
 */
export type GenerateOutcome =
  | { status: 'success'; identity: Identity }
  | { status: 'optout' }
  | { status: 'insufficient_user_consent' }

interface GenerateFields {
  sendRaw: boolean
  tcfConsentString?: string | undefined
}

/**
 * Builds `POST /v2/token/generate`. No `optout_check` and no `policy`: operators always check.
 *
 * @throws TypeError when the input is not one well-formed piece of DII
 * @see https://unifiedid.com/docs/endpoints/post-token-generate
 */
export async function buildGenerateRequest(
  sealing: Sealing,
  input: DiiInput,
  { sendRaw, tcfConsentString }: GenerateFields,
): Promise<SealedRequest> {
  const fields = await identityField(input, sendRaw)
  if (tcfConsentString !== undefined) {
    fields.tcf_consent_string = requireOpaqueText(tcfConsentString, 'tcfConsentString')
  }
  return { path: '/v2/token/generate', ...(await sealRequest(sealing, JSON.stringify(fields))) }
}

/**
 * Reads the reply to {@link buildGenerateRequest}.
 *
 * @throws Uid2Error for everything that is not an outcome
 * @see https://unifiedid.com/docs/endpoints/post-token-generate
 */
export async function readGenerateReply(
  key: CryptoKey,
  nonce: Uint8Array,
  reply: OperatorReply,
): Promise<GenerateOutcome> {
  if (reply.status !== 200) throw refusalError(reply)
  const { status, body } = await openResponse(key, reply.body, nonce)
  switch (status) {
    case 'success':
      return { status, identity: parseIdentity(body) }
    case 'optout':
    case 'insufficient_user_consent':
      return { status }
    default:
      throw unexpectedStatus(status)
  }
}
