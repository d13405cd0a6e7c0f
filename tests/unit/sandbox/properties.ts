import fc from 'fast-check'
import { expect } from 'vitest'
import { publisher } from '#lib/sandbox/operator/credentials.ts'
import type { Operator } from '#lib/sandbox/operator/operator.ts'
import type { OperatorReply, OperatorRequest } from '#lib/sandbox/operator/types.ts'
import { handleWeb } from '#lib/sandbox/operator/web.ts'
import {
  asDsp,
  asSharer,
  bearer,
  type Caller,
  envelope,
  gcmOpen,
  generate,
  operatorAt,
  post,
  read,
} from './client.ts'

/** Properties of the operator for every request, with few runs here and many in the soak. */

const asPublisher: Caller = { secret: publisher.clientSecret, key: publisher.apiKey }

const sealedPaths: [path: string, caller: Caller][] = [
  ['/v2/token/generate', asPublisher],
  ['/v2/token/validate', asPublisher],
  ['/v2/key/bidstream', asDsp],
  ['/v2/key/sharing', asDsp],
  ['/v2/key/sharing', asSharer],
  ['/v2/key/latest', asDsp],
  ['/v2/optout/status', asDsp],
]

const operators = [operatorAt('uid2').operator, operatorAt('euid').operator] as const
let refreshToken: string | undefined
const operator = fc.constantFrom(...operators)

const refusals = {
  400: /^{"status":"(client_error|error|invalid_token|expired_token)","message":"[^"]+"}$/,
  401: /^{"status":"unauthorized"}$/,
  500: /^{"status":"unknown","message":"Unknown error while [\w ]+"}$/,
}

/** A reply other than a 200 is as in the protocol; a 500 is one of the real operator's. */
function expectReadable(status: number, type: string | null | undefined, body: string): void {
  if (status === 400 || status === 401 || status === 500) {
    expect(type).toBe('application/json')
    expect(body).toMatch(refusals[status])
  } else {
    expect([200, 204, 404, 405, 413]).toContain(status)
  }
}

const expectReply = (reply: OperatorReply) =>
  expectReadable(reply.status, reply.headers['content-type'], read(reply))

const anyText = fc.string({ unit: 'binary' })
const pathPart = fc.oneof(fc.constantFrom('v2', 'token', 'generate', '..', '.', '', '%2e', '%'), anyText)
const path = fc.oneof(
  fc.constantFrom(...sealedPaths.map(([known]) => known), '/v2/token/refresh', '/v2/token/logout', '/'),
  fc.array(pathPart).map((parts) => `/${parts.join('/')}`),
  anyText,
)
const method = fc.oneof(
  { weight: 3, arbitrary: fc.constant('POST') },
  fc.constantFrom('GET', 'OPTIONS'),
  anyText,
)
const headerNames = [
  'authorization',
  'content-type',
  'origin',
  'access-control-request-method',
  'x-amzn-trace-id',
]
const headerValue = fc.oneof(
  fc.constantFrom(...[asPublisher, asDsp, asSharer].map(({ key }) => bearer(key).authorization)),
  fc.constantFrom('application/octet-stream', 'APPLICATION/octet-stream', 'application/json', 'Bearer '),
  anyText,
)
const headers = fc.dictionary(fc.oneof(fc.constantFrom(...headerNames), anyText), headerValue)

const anyBytes = fc.uint8Array({ maxLength: 600 })
const body = fc.oneof(
  anyBytes,
  anyBytes.map((bytes) => Buffer.from(Buffer.from(bytes).toString('base64'))),
  fc.json().map((json) => Buffer.from(json)),
  fc
    .string({ unit: fc.constantFrom(...'AZaz09+/='), minLength: 388, maxLength: 388 })
    .map((t) => Buffer.from(t)),
)

/** Values close to what a field may hold, and any JSON. */
const fieldValue = fc.oneof(
  fc.jsonValue(),
  fc.emailAddress(),
  fc.constantFrom('optout@example.com', '+12345678901', '+00000000002', 'CPhJRpMPhJRpMABAMBFRACBoALAAAEJ'),
  fc.base64String({ minLength: 44, maxLength: 44 }),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
  // The first byte of a consent string of version 2, then anything.
  fc.uint8Array({ maxLength: 60 }).map((bytes) => `C${Buffer.from(bytes).toString('base64url')}`),
)
const fields = [
  'email',
  'email_hash',
  'phone',
  'phone_hash',
  'token',
  'tcf_consent_string',
  'advertising_ids',
]
const payload = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom(...fields), fieldValue, { maxKeys: 3 }),
  fc.record(
    { email: fieldValue, token: fieldValue, tcf_consent_string: fieldValue },
    { requiredKeys: ['email'] },
  ),
)

async function expectSealedCall(of: Operator, [path, caller]: [string, Caller], json: string | Uint8Array) {
  const { bytes, nonce } = envelope(json, caller)
  for (const type of ['text/plain', 'application/octet-stream']) {
    const sent = type === 'text/plain' ? bytes.toString('base64') : bytes
    const reply = await of.handle(post(path, sent, { ...bearer(caller.key), 'content-type': type }))
    expectReply(reply)
    expect([200, 400, 500]).toContain(reply.status)
    if (reply.status !== 200) continue
    const sealed = type === 'text/plain' ? Buffer.from(read(reply), 'base64') : Buffer.from(reply.body)
    const plaintext = gcmOpen(caller.secret, sealed)
    expect(plaintext.subarray(8, 16)).toEqual(nonce)
    const { status } = JSON.parse(plaintext.subarray(16).toString())
    expect(['success', 'optout', 'insufficient_user_consent']).toContain(status)
  }
}

/** Any request of the web platform, and any path that a mount may make of it. */
const webRequest = fc.record({
  path,
  method: fc.constantFrom('GET', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'HEAD'),
  headers: fc.dictionary(fc.constantFrom(...headerNames), fc.string({ unit: 'grapheme-ascii' })),
  body,
})

export const properties: Record<string, fc.IAsyncProperty<unknown>> = {
  'answers any request within the protocol': fc.asyncProperty(
    operator,
    fc.record({ method, path: path.filter((it) => it !== '/faults'), headers, body }),
    async (of, request: OperatorRequest) => expectReply(await of.handle(request)),
  ),
  'answers or refuses an envelope around any bytes': fc.asyncProperty(
    operator,
    fc.constantFrom(...sealedPaths),
    anyBytes,
    expectSealedCall,
  ),
  'answers or refuses an envelope around any JSON': fc.asyncProperty(
    operator,
    fc.constantFrom(...sealedPaths),
    payload.map((value) => JSON.stringify(value)),
    expectSealedCall,
  ),
  'answers or refuses an envelope of any time': fc.asyncProperty(
    operator,
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    async (of, at) => {
      const sent = envelope('{"email":"a@b"}', { at: BigInt.asIntN(64, at) })
      expectReply(await of.handle(post('/v2/token/generate', sent.bytes.toString('base64'), bearer())))
    },
  ),
  'refuses a damaged envelope': fc.asyncProperty(
    operator,
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    async (of, where, change) => {
      const damaged = damage(envelope('{"email":"a@b"}').bytes, where, change).toString('base64')
      const reply = await of.handle(post('/v2/token/generate', damaged, bearer()))
      expectReply(reply)
      expect(reply.status).toBe(400)
    },
  ),
  'refuses a damaged refresh token, except for its unchecked scope': fc.asyncProperty(
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    async (where, change) => {
      const [of] = operators
      refreshToken ??= (await generate(of, { email: 'a@b' })).refresh_token
      const bytes = Buffer.from(refreshToken, 'base64')
      const sent = damage(bytes, where, change).toString('base64')
      const reply = await of.handle(post('/v2/token/refresh', sent))
      expectReply(reply)
      expect(reply.status).toBe(where % bytes.length === 0 ? 200 : 400)
    },
  ),
  'answers any web request within the protocol, under any path': fc.asyncProperty(
    operator,
    webRequest.filter((it) => it.path !== '/faults'),
    async (of, { path, method, headers, body }) => {
      const bodiless = method === 'GET' || method === 'HEAD'
      const init = { method, headers, ...(bodiless ? {} : { body: Buffer.from(body) }) }
      const response = await handleWeb(of, new Request('http://localhost/', init), path)
      expectReadable(response.status, response.headers.get('content-type'), await response.text())
    },
  ),
}

function damage(bytes: Buffer, where: number, change: number): Buffer {
  const damaged = Buffer.from(bytes)
  const position = where % bytes.length
  damaged[position] = (damaged[position] ?? 0) ^ change
  return damaged
}
