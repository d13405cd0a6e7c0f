import { describe, expect, it, vi } from 'vitest'
import { concat, encrypt, fromHex, toBase64, utf8 } from '../../conformance/bytes.ts'
import * as answers from '../../conformance/operator.ts'
import { apiKey, identity, openRequest, secret } from '../../conformance/operator.ts'
import { envelopes, request } from '../../conformance/vectors-wire.ts'
import { type Answer, operator, overHttp, plain } from '../uid2/operator.ts'
import { publisher } from './publisher.ts'

const unavailable = { httpStatus: 503, json: { status: 'unavailable' } }
const sealed = (payload: unknown) => overHttp(answers.sealed(payload))
const sealedRefresh = (payload: unknown) => overHttp(answers.sealedRefresh(payload))
const usable = { ...identity, identity_expires: 9e12, refresh_expires: 9e12 }

async function publisherWith(answer: Answer) {
  const { baseUrl, seen } = await operator(answer)
  const clientSecret = toBase64(secret)
  return { seen, ...publisher({ baseUrl, apiKey, clientSecret }, 'user@example.com') }
}

describe('requests of the direct integration', () => {
  it('are the envelopes of the official SDKs, byte for byte', async () => {
    const { baseUrl, seen } = await operator(plain(500, ''))
    const drawn = [fromHex(request.nonce), fromHex(request.iv)]
    vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      if (array) new Uint8Array(array.buffer).set(drawn.shift() ?? [])
      return array
    })
    vi.spyOn(Date, 'now').mockReturnValue(request.now)
    await publisher({ baseUrl, apiKey, clientSecret: request.secret }, ' USER@example.com ').token()
    const json = '{"email_hash":"tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ="}'
    expect(seen[0]?.body).toBe(envelopes.find(([it]) => it === json)?.[1])
  })

  it('are authorised, refresh with the bare token, and use new random bytes each time', async () => {
    const { token, refresh, seen } = await publisherWith((response, one) =>
      (one.url === '/v2/token/refresh' ? sealedRefresh : sealed)({ status: 'success', body: usable })(
        response,
        one,
      ),
    )
    await token()
    await token()
    await refresh()
    expect(seen.map(({ method, url, headers }) => `${method} ${url} ${headers.authorization}`)).toEqual([
      `POST /v2/token/generate Bearer ${apiKey}`,
      `POST /v2/token/generate Bearer ${apiKey}`,
      `POST /v2/token/refresh Bearer ${apiKey}`,
    ])
    const [first, second, third] = seen.map(({ body }) => body)
    const nonceOf = async (body = '') => (await openRequest(body)).nonce
    expect(await nonceOf(first)).not.toEqual(await nonceOf(second))
    expect(first?.slice(0, 17)).not.toBe(second?.slice(0, 17))
    expect(third).toBe(identity.refresh_token)
  })
})

describe('answers to the direct integration', () => {
  const answering = (payload: unknown): Answer => sealed(payload)
  const encrypted = async (plaintext: Uint8Array<ArrayBuffer>, key = secret) =>
    new Response(toBase64(await encrypt(key, plaintext)))
  const withNonce = (change: (nonce: Uint8Array) => Uint8Array): Answer =>
    overHttp(async ({ body }) => {
      const { nonce } = await openRequest(body)
      const json = utf8(JSON.stringify({ status: 'success', body: usable }))
      return encrypted(concat(new Uint8Array(8), change(nonce), json))
    })
  const flipped = (at: number) => (nonce: Uint8Array) => nonce.map((byte, i) => (i === at ? byte ^ 1 : byte))

  it.each([
    ['nonce_mismatch', 'the answer to another request', withNonce(flipped(0))],
    ['nonce_mismatch', 'one whose nonce differs in its last bit', withNonce(flipped(7))],
    ['nonce_mismatch', 'one that ends before the nonce', overHttp(() => encrypted(new Uint8Array(8)))],
    ['undecryptable', 'a web page', plain(200, '<html>')],
    ['undecryptable', 'nothing', plain(200, '')],
    [
      'undecryptable',
      'an answer under another key',
      overHttp(() => encrypted(new Uint8Array(40), new Uint8Array(32))),
    ],
    [
      'bad_reply',
      'text that is not UTF-8',
      answering(concat(utf8('{"status":"optout","more":"'), new Uint8Array([255]), utf8('"}'))),
    ],
    ['bad_reply', 'text that is not JSON', answering('{')],
    ['bad_reply', 'no object', answering('null')],
    ['bad_reply', 'a status that is not known', answering({ status: 'ok', body: usable })],
    ['bad_reply', 'a success without an identity', answering({ status: 'success' })],
    ['bad_reply', 'times as text', answering({ status: 'success', body: { ...usable, refresh_from: '1' } })],
    [
      'bad_reply',
      'an empty token',
      answering({ status: 'success', body: { ...usable, advertising_token: '' } }),
    ],
  ])('are refused with %s: %s', async (code, _, answer) => {
    const { token, reports, kept } = await publisherWith(answer)
    expect(await token()).toMatchObject(unavailable)
    expect(reports).toEqual([code])
    expect(kept()).toBeUndefined()
  })

  it.each([
    'advertising_token',
    'refresh_token',
    'refresh_response_key',
    'refresh_from',
    'identity_expires',
    'refresh_expires',
  ])('are refused as a success without %s', async (field) => {
    const { token, reports } = await publisherWith(
      sealed({ status: 'success', body: { ...usable, [field]: undefined } }),
    )
    expect(await token()).toMatchObject(unavailable)
    expect(reports).toEqual(['bad_reply'])
  })

  it('without consent are not recorded as an opt-out', async () => {
    const { token, optOuts } = await publisherWith(sealed({ status: 'insufficient_user_consent' }))
    expect(await token()).toMatchObject({ httpStatus: 200, json: { status: 'insufficient_user_consent' } })
    expect(optOuts.size).toBe(0)
  })

  it('that redirect are refused, and not followed', async () => {
    const elsewhere = await operator(plain(200, ''))
    const { token, reports } = await publisherWith(plain(307, '', { location: elsewhere.baseUrl }))
    expect(await token()).toMatchObject(unavailable)
    expect(reports).toEqual(['http_307'])
    expect(elsewhere.seen).toEqual([])
  })

  it('about a key, or from a gateway, do not end the token', async () => {
    for (const [status, body] of [
      [400, '{"status":"error"}'],
      [502, '<html>'],
    ] as const) {
      const { token, refresh, reports, kept } = await publisherWith((response, one) =>
        (one.url === '/v2/token/refresh' ? plain(status, body) : sealed({ status: 'success', body: usable }))(
          response,
          one,
        ),
      )
      await token()
      expect((await refresh()).json.status).toBe('success')
      expect(kept()).toEqual(usable)
      expect(reports).toEqual([`http_${status}`])
    }
  })
})

describe('the time limit of the direct integration', () => {
  it.each([
    ['an answer', (() => {}) as Answer],
    ['the end of an answer', ((response) => response.writeHead(200).write('AAAA')) as Answer],
  ])('is 1.5 s for %s', async (_, answer) => {
    const time = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(time.signal)
    const { token, reports } = await publisherWith((response, seen) => {
      answer(response, seen)
      setImmediate(() => time.abort(new DOMException('the time is up', 'TimeoutError')))
    })
    expect(await token()).toMatchObject(unavailable)
    expect(reports).toEqual(['timeout'])
    expect(timeout.mock.calls).toEqual([[1500]])
  })
})

it.each(['UID2_BASE_URL', 'UID2_API_KEY', 'UID2_CLIENT_SECRET'])(
  'does not start without %s',
  async (name) => {
    const { token } = await publisherWith(plain(500, ''))
    vi.stubEnv(name, '')
    await expect(async () => token()).rejects.toThrow(name)
  },
)
