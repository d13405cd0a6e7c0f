import { describe, expect, it } from 'vitest'
import { dsp, publisher, sharer } from '#lib/sandbox/operator/credentials.ts'
import { createOperator } from '#lib/sandbox/operator/operator.ts'
import { bearer, gcmOpen, type Identity, read } from './client.ts'
import recorded from './official-sdks.json' with { type: 'json' }

/**
 * Requests of the official SDKs, replayed byte by byte at their original time. When they were recorded, the SDKs
 * understood every answer, and their bidstream and sharing clients read the tokens.
 */

const user = { status: 'success', uid: '6bnjfis0XfGLD4gL3zNdHoUh07VHgiIWfcAksL4aLC4=' }
const phone = { status: 'success', uid: 'EYgbUgD8Fu9NiQZaSo7Ea1EjNE9ClW74BHj0hNuK/Mg=' }
const euidUser = { status: 'success', uid: 'EOm5434rNF3xiw+IC98zXR6FIdO1R4IiFn3AJLC+Giwu' }
const euidPhone = { status: 'success', uid: 'FBGIG1IA/BbvTYkGWkqOxGtRIzRPQpVu+AR49ITbivzI' }
const optout = { status: 'optout' }
const allKeys = { status: 'success', keys: [101, 103, 104, 105] }
const unauthorized = { http: 401, status: 'unauthorized' }
const refused = (message: string, status = 'client_error') => ({ http: 400, status, message })

const outcomes: Record<string, object> = {
  'generate from an e-mail address': user,
  'generate from a hashed e-mail address': user,
  'generate, e-mail address not hashed': user,
  'generate, base URL ending in a slash': user,
  'generate from a phone number': phone,
  'generate from a hashed phone number': phone,
  'generate, phone number not hashed': phone,
  'generate for an opted-out e-mail address': optout,
  'generate for an opted-out phone number': optout,
  'generate with the wrong secret': refused(
    'Invalid body: Check encryption key (ClientSecret). See ' +
      'https://unifiedid.com/docs/getting-started/gs-encryption-decryption for details on the request envelope format.',
  ),
  'generate with an unknown key': unauthorized,
  'generate with a buyer key': unauthorized,
  'generate from what is no hash': refused('Invalid Identifier'),
  refresh: user,
  'refresh with an unknown key': user,
  'refresh after an opt-out': optout,
  'refresh with a token of EUID': refused('Invalid Token presented', 'invalid_token'),
  'EUID: generate with consent': euidUser,
  'EUID: generate with consent, phone number': euidPhone,
  'EUID: generate with too little consent': { status: 'insufficient_user_consent' },
  'EUID: generate with what is no consent string': refused('User consent is invalid'),
  'EUID: refresh': euidUser,
  'EUID: refresh, phone number': euidPhone,
  'keys of a bidstream client': allKeys,
  'EUID: keys of a bidstream client': allKeys,
  'keys of a sharing client of the DSP': allKeys,
  'keys of a sharing client': { status: 'success', keys: [101] },
  'identity map': unauthorized,
  'identity map v3, binary': unauthorized,
}

describe.each(recorded.sdks)('$sdk', (sdk) => {
  it.each(sdk.requests)('$name', async (request) => {
    const headers = { ...sdk.headers, ...request.headers }
    const body = Buffer.from(request.body, 'latin1')
    expect(headers['content-length']).toBe(String(body.length))
    const operator = createOperator({ scope: request.scope as 'uid2' | 'euid', now: () => request.at })
    const reply = await operator.handle({ method: 'POST', path: request.target, headers, body })
    const outcome =
      reply.status === 200
        ? summary(opened(Buffer.from(read(reply), 'base64'), body, headers.authorization))
        : { http: reply.status, ...JSON.parse(read(reply)) }
    expect(outcome).toEqual(outcomes[request.name])
  })
})

// The operator's published local keys, and the sandbox's key for the site of the publisher.
const MASTER_KEY = 'vPdQIoN1nTwXIQoH4/GcHOAct7ymyrGUKXNQhgmq+E8='
const REFRESH_KEY = 'RgyxkP4yP1gYhCINq7O9PxM6jX+etPqSQluZxjB1aG8='
const SITE_KEY = '8vgOjZQdDYVLCsCc9PKItoqaiuSUwDJiC4gF32q0Jrk='

interface Answer {
  status: string
  body?: Partial<Identity> & { keys?: { id: number }[] }
}

/** Opens a 200 as an SDK does: a refresh with the key inside its token, all else with the secret. */
function opened(sealed: Buffer, sent: Buffer, authorization: string): Answer {
  const bytes = Buffer.from(sent.toString(), 'base64')
  if (sent.length === 388) {
    const { refresh_response_key } = JSON.parse(gcmOpen(REFRESH_KEY, bytes.subarray(5)).toString())
    return JSON.parse(gcmOpen(refresh_response_key, sealed).toString())
  }
  const client = [publisher, dsp, sharer].find(({ apiKey }) => bearer(apiKey).authorization === authorization)
  const secret = client?.clientSecret ?? ''
  const plaintext = gcmOpen(secret, sealed)
  const nonce = gcmOpen(secret, bytes.subarray(1)).subarray(8, 16)
  expect(plaintext.subarray(8, 16)).toEqual(nonce)
  return JSON.parse(plaintext.subarray(16).toString())
}

function summary({ status, body }: Answer) {
  if (body?.keys) return { status, keys: body.keys.map(({ id }) => id) }
  if (!body?.advertising_token) return { status }
  const token = Buffer.from(body.advertising_token, 'base64url')
  const site = gcmOpen(SITE_KEY, gcmOpen(MASTER_KEY, token.subarray(6)).subarray(33))
  return { status, uid: site.subarray(36).toString('base64') }
}
