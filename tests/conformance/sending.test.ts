import { describe, expect, it } from 'vitest'
import { createUid2Requests, type PreparedRequest, type Uid2Client } from '#lib/uid2/index.ts'
import { fromBase64, toBase64 } from './bytes.ts'
import { identity, openRequest, operator, plain, rejection, sealed, sealedRefresh } from './operator.ts'

const email = { email: 'reader@example.com' }
const calls: [string, (client: Uid2Client) => Promise<unknown>][] = [
  ['generate', (client) => client.generateToken(email)],
  ['refresh', (client) => client.refreshToken(identity)],
  ['validate', (client) => client.validateToken('AT', email)],
]

describe('what is sent', () => {
  it.each(calls)(
    '%s is a POST of plain text with the key in a header and no token in the URL (U15, U18)',
    async (name, call) => {
      const { client, seen } = operator(plain(500, ''))
      await rejection(call(client))
      expect(seen).toHaveLength(1)
      expect(seen[0]).toMatchObject({ method: 'POST', url: `https://operator.example/v2/token/${name}` })
      expect(Object.fromEntries(seen[0]?.headers ?? [])).toEqual({
        authorization: 'Bearer UID2-C-L-124-CANARY.apiKeyOfTheTests',
        'content-type': 'text/plain',
        'x-uid2-client-version': expect.stringMatching(/^uid2-reference-publisher-\d+\.\d+\.\d+$/),
      })
    },
  )

  it('refresh sends exactly the token (U15)', async () => {
    const { client, seen } = operator(plain(500, ''))
    await rejection(client.refreshToken(identity))
    expect(seen[0]?.body).toBe(identity.refresh_token)
  })

  it('generate sends one hash and no optout_check (U19); raw only on request (U6)', async () => {
    const { client, seen } = operator(sealed({ status: 'optout' }))
    await client.generateToken({ email: ' Foo@Bar.com' })
    expect((await openRequest(seen[0]?.body ?? '')).json).toEqual({
      email_hash: 'DH5qQFhi5ALrdqcPiib8cy0Hwykx6frpqxWCkR0uijs=',
    })

    const raw = operator(sealed({ status: 'optout' }), { sendRaw: true })
    await raw.client.generateToken({ email: ' Foo@Bar.com' }, { tcfConsentString: 'CP' })
    await raw.client.generateToken({ phone: '+12345678901' })
    const sent = await Promise.all(raw.seen.map(({ body }) => openRequest(body)))
    expect(sent.map(({ json }) => json)).toEqual([
      { email: 'Foo@Bar.com', tcf_consent_string: 'CP' },
      { phone: '+12345678901' },
    ])
  })

  it('a call may bring a fetch function of its own', async () => {
    const { client, seen } = operator(sealed({ status: 'optout' }))
    const urls: string[] = []
    const own: typeof fetch = async (url) => {
      urls.push(String(url))
      return new Response(null, { status: 503 })
    }
    expect(await rejection(client.generateToken(email, { fetch: own }))).toMatchObject({ httpStatus: 503 })
    expect(await client.generateToken(email)).toEqual({ status: 'optout' })
    expect([urls.length, seen.length]).toEqual([1, 1])
    const wrong = client.generateToken(email, { fetch: 'fetch' as unknown as typeof fetch })
    await expect(wrong).rejects.toThrow('fetch must be a function')
  })

  it('a consent string may have any length', async () => {
    const { client, seen } = operator(sealed({ status: 'optout' }), { timeoutMs: 20_000 })
    const tcfConsentString = 'CP'.repeat(300_000)
    await client.generateToken(email, { tcfConsentString })
    expect((await openRequest(seen[0]?.body ?? '')).json).toMatchObject({
      tcf_consent_string: tcfConsentString,
    })
  })

  it('every call is sealed again, with the time of its sending (U14)', async () => {
    let now = 1_767_225_600_000
    const { client, seen } = operator(sealed({ status: 'optout' }), { now: () => now })
    await client.generateToken(email)
    now += 61_000
    await client.generateToken(email)
    const [one, two] = await Promise.all(seen.map(({ body }) => openRequest(body)))
    expect([one?.time, two?.time]).toEqual([1_767_225_600_000, 1_767_225_661_000])
    expect(one?.nonce).not.toEqual(two?.nonce)
  })

  it('caches and redirects are switched off', async () => {
    const inits: (RequestInit | undefined)[] = []
    const { client } = operator(plain(500, ''), {
      fetch: async (_, init) => {
        inits.push(init)
        return new Response(null, { status: 503 })
      },
    })
    await rejection(client.refreshToken(identity))
    expect(inits).toEqual([expect.objectContaining({ cache: 'no-store', redirect: 'manual' })])
  })
})

describe('binary envelopes', () => {
  it('go out and come back as application/octet-stream', async () => {
    const { client, seen } = operator(sealed({ status: 'optout' }), { wire: 'binary' })
    expect(await client.generateToken(email)).toEqual({ status: 'optout' })
    expect(seen[0]?.headers.get('content-type')).toBe('application/octet-stream')
    expect(seen[0]?.body).toBeInstanceOf(Uint8Array)
  })

  it('for validate and refresh too, whose token stays text', async () => {
    const validated = operator(sealed({ status: 'success', body: true }), { wire: 'binary' })
    expect(await validated.client.validateToken('AT', email)).toBe(true)
    const refreshed = operator(sealedRefresh({ status: 'optout' }), { wire: 'binary' })
    expect(await refreshed.client.refreshToken(identity)).toEqual({ status: 'optout' })
    expect(refreshed.seen[0]?.body).toBe(identity.refresh_token)
  })

  it('leave refusals in plaintext', async () => {
    const { client } = operator(plain(401, { status: 'unauthorized' }), { wire: 'binary' })
    expect(await rejection(client.generateToken(email))).toMatchObject({ code: 'unauthorized' })
  })
})

describe('requests for another HTTP client, each with the reader of its reply', () => {
  const { options } = operator(plain(500, ''))
  const requests = createUid2Requests(options)
  const answerTo = async (request: PreparedRequest<unknown>, payload: unknown): Promise<string> => {
    const seen = { ...request, headers: new Headers(request.headers) }
    return (await sealed(payload)(seen)).text()
  }

  it('generate', async () => {
    const request = await requests.generateToken(email, { tcfConsentString: 'CP' })
    expect(request).toMatchObject({ method: 'POST', url: 'https://operator.example/v2/token/generate' })
    const body = await answerTo(request, { status: 'success', body: identity })
    expect(await request.read({ status: 200, body })).toMatchObject({ status: 'success', identity })
  })

  it('refresh', async () => {
    const request = await requests.refreshToken(identity)
    const headers = new Headers(request.headers)
    const response = await sealedRefresh({ status: 'optout' })({ ...request, headers })
    expect(await request.read({ status: 200, body: await response.text() })).toEqual({ status: 'optout' })
  })

  it('refresh, after the session has replaced the fields of the identity', async () => {
    const session = { ...identity }
    const request = await requests.refreshToken(session)
    const response = await sealedRefresh({ status: 'optout' })({ ...request, headers: new Headers() })
    session.refresh_response_key = toBase64(new Uint8Array(32))
    expect(await request.read({ status: 200, body: await response.text() })).toEqual({ status: 'optout' })
  })

  it('validate', async () => {
    const request = await requests.validateToken('AT', email)
    expect((await openRequest(request.body)).json).toMatchObject({ token: 'AT' })
    expect(
      await request.read({ status: 200, body: await answerTo(request, { status: 'success', body: false }) }),
    ).toBe(false)
  })

  it('each request has headers of its own, which an HTTP client may change', async () => {
    const before = await requests.refreshToken(identity)
    Object.assign(before.headers, { Authorization: 'none', 'X-Trace': '1' })
    const { headers } = await requests.refreshToken(identity)
    expect(headers).toMatchObject({ Authorization: expect.stringMatching(/^Bearer /) })
    expect(headers).not.toHaveProperty('X-Trace')
  })

  it('a reply may be read more than once, also at the same time', async () => {
    const request = await requests.generateToken(email)
    const reply = { status: 200, body: await answerTo(request, { status: 'optout' }) }
    const outcomes = await Promise.all([request.read(reply), request.read(reply)])
    expect([...outcomes, await request.read(reply)]).toEqual(Array(3).fill({ status: 'optout' }))
  })

  it('a reply may be text or bytes, with or without headers', async () => {
    const request = await requests.generateToken(email)
    const body = new TextEncoder().encode(await answerTo(request, { status: 'optout' }))
    expect(await request.read({ status: 200, body })).toEqual({ status: 'optout' })
    const headers = new Headers({ 'Retry-After': '2' })
    expect(await rejection(request.read({ status: 429, body: '', headers }))).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 2_000,
    })
  })

  it('the reply to another request is refused', async () => {
    const [one, two] = await Promise.all([requests.generateToken(email), requests.generateToken(email)])
    const body = await answerTo(one, { status: 'optout' })
    expect(await rejection(two.read({ status: 200, body }))).toMatchObject({ code: 'nonce_mismatch' })
  })

  it.each([300, 302, 399])(
    'a redirect that the caller’s client did not follow is reported: %i',
    async (status) => {
      const request = await requests.refreshToken(identity)
      expect(await rejection(request.read({ status, body: '' }))).toMatchObject({ code: 'redirected' })
    },
  )

  it.each<[string, unknown]>([
    ['reply.status', undefined],
    ['reply.status', { status: '200', body: '' }],
    ['reply.body', { status: 200 }],
    ['reply.body', { status: 200, body: { json: true } }],
    ['reply.headers', { status: 200, body: 'A'.repeat(200), headers: { date: 'today' } }],
    ['reply.headers', { status: 200, body: 'A'.repeat(200), headers: null }],
  ])('an error names %s when it is invalid: %j', async (name, reply) => {
    for (const request of await Promise.all([
      requests.generateToken(email),
      requests.refreshToken(identity),
      requests.validateToken('AT', email),
    ])) {
      const error = await rejection(request.read(reply as never))
      expect(error).toBeInstanceOf(TypeError)
      expect(String(error)).toContain(`${name} must be`)
    }
  })

  it('in binary mode the reply must be bytes', async () => {
    const request = await createUid2Requests({ ...options, wire: 'binary' }).generateToken(email)
    const body = await answerTo(
      { ...request, body: toBase64(request.body as Uint8Array) },
      { status: 'optout' },
    )
    expect(String(await rejection(request.read({ status: 200, body })))).toContain('reply.body must be bytes')
    expect(await request.read({ status: 200, body: fromBase64(body) })).toEqual({ status: 'optout' })
  })

  it('at most 64 kB are read', async () => {
    const request = await requests.refreshToken(identity)
    const reply = { status: 200, body: 'A'.repeat(64 * 1024 + 1) }
    expect(await rejection(request.read(reply))).toMatchObject({ code: 'response_too_large' })
  })
})
