import { describe, expect, it } from 'vitest'
import { sealRequest } from '#lib/uid2/envelope.ts'
import { createUid2Requests, type DiiInput, type Identity, type Uid2RequestOptions } from '#lib/uid2/index.ts'
import { concat, decrypt, encrypt, fromBase64, fromHex, toBase64, toHex } from './bytes.ts'
import { apiKey } from './operator.ts'
import {
  envelopes,
  generateReplies,
  identity,
  operatorRefreshOptout,
  operatorRequest,
  refreshReplies,
  request,
} from './vectors-wire.ts'

const nonce = fromHex(request.nonce)

/** Requests with the clock and the random bytes of a vector, nonce first. */
function requestsOf(
  { secret, nonce, iv, now }: { secret: string; nonce: string; iv: string; now: number },
  options: Partial<Uid2RequestOptions> = {},
) {
  return createUid2Requests({
    baseUrl: 'https://operator.example',
    apiKey,
    clientSecret: secret,
    now: () => now,
    randomBytes: () => fromHex(nonce + iv),
    ...options,
  })
}

const importKey = (base64: string) =>
  crypto.subtle.importKey('raw', fromBase64(base64), 'AES-GCM', false, ['encrypt', 'decrypt'])

const kinds: Record<string, string> = {
  email: 'email',
  phone: 'phone',
  email_hash: 'emailHash',
  phone_hash: 'phoneHash',
}

describe('requests, byte for byte (U15)', () => {
  it.each(envelopes)('%s is sealed as the official SDKs seal it', async (json, envelope) => {
    const randomBytes = () => fromHex(request.nonce + request.iv)
    const key = await importKey(request.secret)
    const sealed = await sealRequest({ key, now: () => request.now, randomBytes }, json)
    expect(toBase64(sealed.envelope)).toBe(envelope)
    expect(sealed.nonce).toEqual(nonce)
  })

  it.each(envelopes.filter(([json]) => json))('%s is what generate sends', async (json, envelope) => {
    const fields = JSON.parse(json) as Record<string, string>
    const [[name, value]] = Object.entries(fields) as [[string, string]]
    const input = { [kinds[name] ?? '']: value } as unknown as DiiInput
    const consent = fields.tcf_consent_string
    const options = consent === undefined ? {} : { tcfConsentString: consent }
    const text = await requestsOf(request, { sendRaw: true }).generateToken(input, options)
    expect(text.body).toBe(envelope)
    const binary = requestsOf(request, { sendRaw: true, wire: 'binary' })
    expect((await binary.generateToken(input, options)).body).toEqual(fromBase64(envelope))
  })

  it('hashes an address by default, as the official server SDKs do', async () => {
    const hashed = envelopes.find(([json]) => json.startsWith('{"email_hash":"tMmi') && !json.includes('tcf'))
    const { body } = await requestsOf(request).generateToken({ email: '   USER@EXAMPLE.COM   ' })
    expect(body).toBe(hashed?.[1])
  })

  it('a request from the operator’s own tests, sealed again, has the same bytes', async () => {
    const sent = fromBase64(operatorRequest.envelope)
    const plaintext = await decrypt(fromBase64(operatorRequest.secret), sent.slice(1))
    const json = new TextDecoder().decode(plaintext.subarray(16))
    expect(JSON.parse(json)).toMatchObject({ email_hash: operatorRequest.emailHash })

    const sealing = {
      key: await importKey(operatorRequest.secret),
      now: () => operatorRequest.now,
      randomBytes: () => concat(fromHex(operatorRequest.nonce), sent.subarray(1, 13)),
    }
    expect(toBase64((await sealRequest(sealing, json)).envelope)).toBe(operatorRequest.envelope)
  })
})

describe('replies to generate', () => {
  const read = async (body: string, echoed: string = request.nonce) =>
    (await requestsOf({ ...request, nonce: echoed }).generateToken({ phone: '+12345678901' })).read({
      status: 200,
      body,
    })

  it('reads a success', async () => {
    expect(await read(generateReplies.success)).toMatchObject({ status: 'success', identity })
  })

  it('reads an opt-out, which is a 200 without a body (U3)', async () => {
    expect(await read(generateReplies.optout)).toEqual({ status: 'optout' })
  })

  it('refuses the answer to another request (U16)', async () => {
    for (let i = 0; i < nonce.length; i++) {
      const other = toHex(nonce.map((byte, at) => (at === i ? byte ^ 1 : byte)))
      await expect(read(generateReplies.success, other)).rejects.toMatchObject({ code: 'nonce_mismatch' })
    }
  })

  it('keeps a copy of its nonce: the caller may reuse the array of random bytes', async () => {
    const array = fromHex(request.nonce + request.iv)
    const prepared = await requestsOf(request, { randomBytes: () => array }).generateToken({
      phone: '+12345678901',
    })
    array.fill(0)
    expect(await prepared.read({ status: 200, body: generateReplies.optout })).toEqual({ status: 'optout' })
  })

  it('refuses a reply that is too short for a nonce (U16)', async () => {
    for (let length = 0; length < 16; length++) {
      const plaintext = concat(new Uint8Array(8), nonce).slice(0, length)
      const reply = await encrypt(fromBase64(request.secret), plaintext)
      await expect(read(toBase64(reply))).rejects.toMatchObject({ code: 'nonce_mismatch' })
    }
  })

  it('refuses a reply with any one byte changed (U15)', async () => {
    const reply = fromBase64(generateReplies.optout)
    for (let i = 0; i < reply.length; i++) {
      const changed = toBase64(reply.map((byte, at) => (at === i ? byte ^ 0x40 : byte)))
      await expect(read(changed)).rejects.toMatchObject({ code: 'undecryptable' })
    }
  })

  it('reports the clock skew by the operator’s time', async () => {
    const skews: number[] = []
    const requests = requestsOf(request, { onClockSkew: (ms) => skews.push(ms) })
    const prepared = await requests.generateToken({ phone: '+12345678901' })
    await prepared.read({ status: 200, body: generateReplies.optout })
    expect(skews).toEqual([1667885597700 - request.now])
  })
})

describe('replies to refresh', () => {
  const read = async (body: string, of: Identity = identity) =>
    (await requestsOf(request).refreshToken(of)).read({ status: 200, body })

  it('sends the bare token (U15)', async () => {
    expect(await requestsOf(request).refreshToken(identity)).toMatchObject({
      url: 'https://operator.example/v2/token/refresh',
      body: 'RT',
    })
  })

  it('reads a success', async () => {
    expect(await read(refreshReplies.success)).toMatchObject({ status: 'success', identity })
  })

  it('reads an opt-out (U3)', async () => {
    expect(await read(refreshReplies.optout)).toEqual({ status: 'optout' })
  })

  it('reads an opt-out of a real operator (U3)', async () => {
    const of = { ...identity, refresh_response_key: operatorRefreshOptout.key }
    expect(await read(operatorRefreshOptout.reply, of)).toEqual({ status: 'optout' })
  })

  it('refuses a reply with any one byte changed (U15)', async () => {
    const reply = fromBase64(refreshReplies.optout)
    for (let i = 0; i < reply.length; i++) {
      const changed = toBase64(reply.map((byte, at) => (at === i ? byte ^ 1 : byte)))
      await expect(read(changed)).rejects.toMatchObject({ code: 'undecryptable' })
    }
  })
})
