import { createDecipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  importKey,
  openRefreshResponse,
  openResponse,
  type Sealing,
  sealRequest,
} from '#lib/uid2/envelope.ts'
import { buildGenerateRequest, readGenerateReply } from '#lib/uid2/generate.ts'
import { buildRefreshRequest, readRefreshReply } from '#lib/uid2/refresh.ts'
import {
  envelopes,
  generateReplies,
  identity,
  operatorRefreshOptout,
  operatorRequest,
  refreshReplies,
  request,
} from './vectors-wire.ts'

const bytes = (text: string, encoding: 'base64' | 'hex') => Uint8Array.from(Buffer.from(text, encoding))
const nonce = bytes(request.nonce, 'hex')

async function sealingOf(of: { secret: string; nonce: string; iv: string; now: number }): Promise<Sealing> {
  const drawn = [bytes(of.nonce, 'hex'), bytes(of.iv, 'hex')]
  return {
    key: await importKey(bytes(of.secret, 'base64')),
    now: () => of.now,
    randomBytes: () => drawn.shift() ?? new Uint8Array(),
  }
}

describe('requests, byte for byte (U15)', () => {
  it.each(envelopes)('%s is sealed as the official SDKs seal it', async (json, envelope) => {
    const sealed = await sealRequest(await sealingOf(request), json)
    expect(sealed).toEqual({ body: envelope, nonce })
  })

  it.each(envelopes.filter(([json]) => json))(
    '%s is what the generate builder writes',
    async (json, envelope) => {
      const fields = JSON.parse(json) as Record<string, string>
      const [[name, value]] = Object.entries(fields) as [[string, string]]
      const kind = { email: 'email', phone: 'phone', email_hash: 'emailHash', phone_hash: 'phoneHash' }[name]
      const built = await buildGenerateRequest(await sealingOf(request), { [kind ?? '']: value } as never, {
        sendRaw: true,
        tcfConsentString: fields.tcf_consent_string,
      })
      expect(built).toEqual({ path: '/v2/token/generate', body: envelope, nonce })
    },
  )

  it('hashes an address by default, as the official server SDKs do', async () => {
    const hashed = envelopes.find(([json]) => json.startsWith('{"email_hash":"tMmi') && !json.includes('tcf'))
    const input = { email: '   USER@EXAMPLE.COM   ' }
    const built = await buildGenerateRequest(await sealingOf(request), input, { sendRaw: false })
    expect(built.body).toBe(hashed?.[1])
  })

  it('seals again to the same bytes what the operator opens in its own test', async () => {
    const sent = bytes(operatorRequest.envelope, 'base64')
    const iv = sent.subarray(1, 13)
    const opener = createDecipheriv('aes-256-gcm', bytes(operatorRequest.secret, 'base64'), iv)
    opener.setAuthTag(sent.subarray(-16))
    const plaintext = Buffer.concat([opener.update(sent.subarray(13, -16)), opener.final()])
    const json = plaintext.subarray(16).toString('utf8')
    expect(JSON.parse(json)).toMatchObject({ email_hash: operatorRequest.emailHash })

    const sealing = await sealingOf({ ...operatorRequest, iv: Buffer.from(iv).toString('hex') })
    expect((await sealRequest(sealing, json)).body).toBe(operatorRequest.envelope)
  })
})

describe('replies to generate', () => {
  const read = async (body: string, echoed = nonce) =>
    readGenerateReply(await importKey(bytes(request.secret, 'base64')), echoed, { status: 200, body })

  it('reads a success', async () => {
    expect(await read(generateReplies.success)).toEqual({ status: 'success', identity })
  })

  it('reads an opt-out, which is a 200 without a body (U3)', async () => {
    expect(await read(generateReplies.optout)).toEqual({ status: 'optout' })
  })

  it('refuses the answer to another request (U16)', async () => {
    for (let i = 0; i < nonce.length; i++) {
      const other = nonce.map((byte, at) => (at === i ? byte ^ 1 : byte))
      await expect(read(generateReplies.success, other)).rejects.toMatchObject({ code: 'nonce_mismatch' })
    }
  })

  it('refuses a reply with any one byte changed (U15)', async () => {
    const key = await importKey(bytes(request.secret, 'base64'))
    const reply = bytes(generateReplies.optout, 'base64')
    for (let i = 0; i < reply.length; i++) {
      const changed = Buffer.from(reply.map((byte, at) => (at === i ? byte ^ 0x40 : byte))).toString('base64')
      await expect(openResponse(key, changed, nonce)).rejects.toMatchObject({ code: 'undecryptable' })
    }
  })
})

describe('replies to refresh', () => {
  it('sends the bare token (U15)', () => {
    expect(buildRefreshRequest(identity)).toEqual({ path: '/v2/token/refresh', body: 'RT' })
  })

  it('reads a success', async () => {
    const outcome = await readRefreshReply(identity, { status: 200, body: refreshReplies.success })
    expect(outcome).toEqual({ status: 'success', identity })
  })

  it('reads an opt-out (U3)', async () => {
    const outcome = await readRefreshReply(identity, { status: 200, body: refreshReplies.optout })
    expect(outcome).toEqual({ status: 'optout' })
  })

  it('reads an opt-out of a real operator (U3)', async () => {
    const of = { ...identity, refresh_response_key: operatorRefreshOptout.key }
    const outcome = await readRefreshReply(of, { status: 200, body: operatorRefreshOptout.reply })
    expect(outcome).toEqual({ status: 'optout' })
  })

  it('refuses a reply with any one byte changed (U15)', async () => {
    const key = await importKey(bytes(identity.refresh_response_key, 'base64'))
    const reply = bytes(refreshReplies.optout, 'base64')
    for (let i = 0; i < reply.length; i++) {
      const changed = Buffer.from(reply.map((byte, at) => (at === i ? byte ^ 1 : byte))).toString('base64')
      await expect(openRefreshResponse(key, changed)).rejects.toMatchObject({ code: 'undecryptable' })
    }
  })
})
