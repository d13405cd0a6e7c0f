import { describe, expect, it } from 'vitest'
import { type Uid2Client, Uid2Error, type Uid2ErrorCode } from '#lib/uid2/index.ts'
import { sha256, toBase64, toHex, utf8 } from './bytes.ts'
import {
  type Answer,
  apiKey,
  everything,
  hang,
  identity,
  operator,
  plain,
  rejection,
  responseKey,
  type Seen,
  sealed,
  sealedRefresh,
  secret,
} from './operator.ts'

const email = 'canary@example.com'
const emailHash = toBase64(await sha256(utf8(email)))

/** What no error may contain, in every encoding. */
const secrets = /canary|UID2-C-L/i
const spellings = [secret, responseKey].flatMap((key) => [toBase64(key), toHex(key)])

/** A gateway that quotes the request's header and body in its error. */
const quoting =
  (before: string): Answer =>
  (seen) => {
    const quoted = `'${seen.headers.get('authorization')}' ${seen.body}`
    const message = `${before} ${quoted} ${quoted}`
    return plain(403, { status: message, message })(seen)
  }

/** Some wrappers of fetch attach the request to the error that they throw. */
const carried = ({ headers, body }: Seen) => ({ request: { headers: Object.fromEntries(headers), body } })

const half = { ...identity, identity_expires: 'CANARY' }
const failures: [string, Answer][] = [
  ['unauthorized', plain(401, { status: 'unauthorized' })],
  ['client_error', plain(400, { status: 'client_error', message: 'Invalid body: Body is missing.' })],
  ['client_error', quoting('not a valid key=value pair:')],
  ['client_error', quoting('x'.repeat(280))],
  ['server_error', plain(500, 'CANARY in an error page')],
  ['redirected', plain(302, 'CANARY', { Location: 'https://example.com/?CANARY' })],
  ['response_too_large', plain(200, 'CANARY'.repeat(20_000))],
  ['bad_response', plain(200, { status: 'success', body: identity })],
  ['undecryptable', plain(200, toBase64(utf8('CANARY'.repeat(20))))],
  ['network', () => Promise.reject(new TypeError('fetch failed'))],
  ['network', (request) => Promise.reject(Object.assign(new TypeError('fetch failed'), carried(request)))],
  ['network', (request) => Promise.reject(new TypeError('fetch failed', { cause: carried(request) }))],
  ['timeout', hang],
]
const insides: [string, unknown][] = [
  ['broken JSON', `{"status":"success","body":{"advertising_token":"CANARY"`],
  ['half an identity', { status: 'success', body: half }],
  ['a status of its own', { status: 'new_status', body: identity }],
  ['bytes that are not UTF-8', new Uint8Array([0x43, 0x41, 0x4e, 0x41, 0x52, 0x59, 0xff])],
]
const calls: [string, (client: Uid2Client) => Promise<unknown>][] = [
  ['generate', (client) => client.generateToken({ email })],
  ['generate with a hash', (client) => client.generateToken({ emailHash })],
  ['refresh', (client) => client.refreshToken(identity)],
  ['validate', (client) => client.validateToken(identity.advertising_token, { email })],
]

function expectClean(error: unknown): void {
  expect(error).toBeInstanceOf(Uid2Error)
  const shown = everything(error) + JSON.stringify(error)
  // This file's own name on the stack is not a leak.
  const text = shown.replaceAll('canary.test.ts', '')
  expect(text).not.toMatch(secrets)
  for (const spelling of [...spellings, emailHash, apiKey]) expect(text).not.toContain(spelling)
}

describe.each(calls)('no error of %s holds a token, an address, a hash or a key', (name, call) => {
  it.each(failures)('%s', async (code, answer) => {
    const { client } = operator(answer, { timeoutMs: code === 'timeout' ? 50 : 20_000, sendRaw: true })
    const error = await rejection(call(client))
    expect(error).toMatchObject({ code })
    expectClean(error)
  })

  it.each(insides)('%s', async (_, payload) => {
    const { client } = operator(name === 'refresh' ? sealedRefresh(payload) : sealed(payload))
    expectClean(await rejection(call(client)))
  })
})

it('a network error keeps name, message and code of its cause', async () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', name: 'SocketError' })
  const { client } = operator(() => Promise.reject(new TypeError('fetch failed', { cause: reset })))
  expect(await rejection(client.refreshToken(identity))).toMatchObject({
    code: 'network',
    cause: {
      name: 'TypeError',
      message: 'fetch failed',
      cause: { name: 'SocketError', message: 'read ECONNRESET', code: 'ECONNRESET' },
    },
  })
})

it('nested causes of a network error are kept three deep, circular ones too', async () => {
  const circle = new TypeError('fetch failed')
  circle.cause = circle
  const { client } = operator(() => Promise.reject(circle))
  expect(
    everything(await rejection(client.refreshToken(identity))).match(/message: fetch failed/g),
  ).toHaveLength(3)
})

describe.each(calls)('a fetch function of the caller that throws in %s', (_, call) => {
  it('may quote the request: key and body are removed from the error', async () => {
    const { client } = operator(({ headers, body }) =>
      Promise.reject(
        new TypeError(`no ${headers.get('authorization')} ${body}`, { cause: new Error(`${body}`) }),
      ),
    )
    const error = await rejection(call(client))
    expect(error).toMatchObject({ code: 'network', cause: { name: 'TypeError' } })
    expectClean(error)
  })
})

describe('Uid2Error', () => {
  it('serialises to its code, whether it is transient, and the known details', () => {
    const error = new Uid2Error('rate_limited', 'slow down', { httpStatus: 429, operatorStatus: undefined })
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'Uid2Error',
      code: 'rate_limited',
      transient: true,
      httpStatus: 429,
    })
  })

  it('has codes that a switch can exhaust', () => {
    const advise = (code: Uid2ErrorCode): string => {
      switch (code) {
        case 'timeout':
        case 'aborted':
        case 'network':
        case 'rate_limited':
        case 'server_error':
        case 'bad_response':
        case 'undecryptable':
        case 'nonce_mismatch':
        case 'response_too_large':
          return 'later'
        case 'wrong_product':
        case 'redirected':
        case 'unauthorized':
        case 'clock_skew':
        case 'client_error':
        case 'unexpected_status':
          return 'alert'
      }
    }
    expect(advise('timeout')).toBe('later')
  })
})
