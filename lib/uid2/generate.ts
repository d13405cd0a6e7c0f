import { requireOpaqueText } from './arguments'
import { type DiiInput, toIdentityField } from './dii'
import { openResponse } from './envelope'
import { type IssuedIdentity, readIdentity } from './identity'
import {
  type HttpReply,
  type ReplyContext,
  readErrorReply,
  requireReply,
  toReplyError,
  unexpectedStatus,
} from './reply'

/**
 * The outcomes of a generate.
 *
 * `optout`: the person opted out of UID2. Remember it and do not ask for this person again.
 * `insufficient_user_consent`: EUID only. The consent string does not cover what EUID needs, or cannot be
 * read.
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
 * The JSON of `POST /v2/token/generate`. Without `optout_check` and `policy`, because operators always check.
 *
 * @throws TypeError when the input is not one well-formed piece of DII
 */
export async function generateFields(
  input: DiiInput,
  { sendRaw, tcfConsentString }: GenerateOptions,
): Promise<Record<string, string>> {
  const fields = await toIdentityField(input, sendRaw)
  if (tcfConsentString === undefined) return fields
  return { ...fields, tcf_consent_string: requireOpaqueText(tcfConsentString, 'tcfConsentString') }
}

/** @throws Uid2Error for everything that is not an outcome */
export async function readGenerateReply(
  reading: ReplyContext,
  nonce: Uint8Array,
  reply: HttpReply,
): Promise<GenerateOutcome> {
  if (requireReply(reply).status !== 200) {
    if (isAboutConsent(reply)) return { status: 'insufficient_user_consent' }
    throw toReplyError(reply, reading)
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

/** EUID's message for an unreadable consent string. It concerns this person, not the configuration. */
function isAboutConsent(reply: HttpReply): boolean {
  const { status, message } = readErrorReply(reply)
  return reply.status === 400 && status === 'client_error' && message === 'User consent is invalid'
}
