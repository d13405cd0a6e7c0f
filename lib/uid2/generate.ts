import { requireOpaqueText } from './arguments'
import { type DiiInput, identityField } from './dii'
import { openResponse } from './envelope'
import { type IssuedIdentity, readIdentity } from './identity'
import {
  type HttpReply,
  type Reading,
  readRefusal,
  refusalError,
  requireReply,
  unexpectedStatus,
} from './reply'

/**
 * What a generate can come to.
 *
 * `optout`: the person opted out of UID2; remember it and do not ask for this person again.
 * `insufficient_user_consent`: EUID only, the consent string does not cover what EUID needs, or cannot be read.
 */
export type GenerateOutcome =
  | ({ status: 'success' } & IssuedIdentity)
  | { status: 'optout' }
  | { status: 'insufficient_user_consent' }

interface GenerateOptions {
  sendRaw: boolean
  tcfConsentString?: string | undefined
}

/**
 * The JSON of `POST /v2/token/generate`. No `optout_check` and no `policy`: operators always check.
 *
 * @throws TypeError when the input is not one well-formed piece of DII
 */
export async function generateFields(
  input: DiiInput,
  { sendRaw, tcfConsentString }: GenerateOptions,
): Promise<Record<string, string>> {
  const fields = await identityField(input, sendRaw)
  if (tcfConsentString === undefined) return fields
  return { ...fields, tcf_consent_string: requireOpaqueText(tcfConsentString, 'tcfConsentString') }
}

/** @throws Uid2Error for everything that is not an outcome */
export async function readGenerateReply(
  reading: Reading,
  nonce: Uint8Array,
  reply: HttpReply,
): Promise<GenerateOutcome> {
  if (requireReply(reply).status !== 200) {
    if (isAboutConsent(reply)) return { status: 'insufficient_user_consent' }
    throw refusalError(reply, reading)
  }
  const payload = await openResponse(reading, nonce, reply)
  switch (payload.status) {
    case 'success':
      return { status: 'success', ...readIdentity(payload, reading.product) }
    case 'optout':
    case 'insufficient_user_consent':
      return { status: payload.status }
    default:
      throw unexpectedStatus(payload.status)
  }
}

/** EUID's words for a consent string that it cannot read: a matter of this person, not of the set-up. */
function isAboutConsent(reply: HttpReply): boolean {
  const { status, message } = readRefusal(reply)
  return reply.status === 400 && status === 'client_error' && message === 'User consent is invalid'
}
