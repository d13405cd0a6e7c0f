import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { dsp, publisher, sharer } from '#lib/sandbox/operator/credentials.ts'
import { createOperator, type Operator } from '#lib/sandbox/operator/operator.ts'
import type { OperatorReply, OperatorRequest, Scope } from '#lib/sandbox/operator/types.ts'

/** A UID2 client for these tests only, on node:crypto: it shares no code with what it tests. */

export const T0 = 1_767_225_600_000

export interface Envelope {
  bytes: Buffer
  nonce: Buffer
}

interface EnvelopeOptions {
  secret?: string
  at?: number | bigint
  nonce?: Buffer
  iv?: Buffer
}

export function envelope(json: string | Uint8Array, options: EnvelopeOptions = {}): Envelope {
  const { secret = publisher.clientSecret, at = T0, nonce = randomBytes(8), iv = randomBytes(12) } = options
  const time = Buffer.alloc(8)
  time.writeBigInt64BE(BigInt(at))
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(secret, 'base64'), iv)
  const sealed = Buffer.concat([
    cipher.update(Buffer.concat([time, nonce, typeof json === 'string' ? Buffer.from(json) : json])),
    cipher.final(),
  ])
  return { bytes: Buffer.concat([Buffer.of(1), iv, sealed, cipher.getAuthTag()]), nonce }
}

export function gcmOpen(key: string | Buffer, blob: Buffer): Buffer {
  const secret = typeof key === 'string' ? Buffer.from(key, 'base64') : key
  const decipher = createDecipheriv('aes-256-gcm', secret, blob.subarray(0, 12))
  decipher.setAuthTag(blob.subarray(blob.length - 16))
  return Buffer.concat([decipher.update(blob.subarray(12, blob.length - 16)), decipher.final()])
}

export function post(
  path: string,
  body: string | Uint8Array,
  headers: OperatorRequest['headers'] = {},
): OperatorRequest {
  return { method: 'POST', path, headers, body: Buffer.from(body) }
}

export const bearer = (key: string = publisher.apiKey) => ({ authorization: `Bearer ${key}` })

export const read = (reply: OperatorReply) => Buffer.from(reply.body).toString('utf8')

export interface Identity {
  advertising_token: string
  refresh_token: string
  identity_expires: number
  refresh_expires: number
  refresh_from: number
  refresh_response_key: string
}

interface Answer {
  status: string
  body?: unknown
}

export interface Caller {
  secret: string
  key: string
}

export const asDsp: Caller = { secret: dsp.clientSecret, key: dsp.apiKey }
export const asSharer: Caller = { secret: sharer.clientSecret, key: sharer.apiKey }

/** Sends a sealed request and opens the sealed answer, checking the nonce. */
export async function sealedCall(
  operator: Operator,
  path: string,
  payload: unknown,
  options: EnvelopeOptions & { key?: string } = {},
): Promise<Answer> {
  const json = payload === undefined ? '' : JSON.stringify(payload)
  const { bytes, nonce } = envelope(json, options)
  const reply = await operator.handle(post(path, bytes.toString('base64'), bearer(options.key)))
  if (reply.status !== 200) throw new Error(`${reply.status} ${read(reply)}`)
  const plaintext = gcmOpen(options.secret ?? publisher.clientSecret, Buffer.from(read(reply), 'base64'))
  if (!plaintext.subarray(8, 16).equals(nonce)) throw new Error('nonce mismatch')
  return JSON.parse(plaintext.subarray(16).toString()) as Answer
}

/** The reply to a sealed request that the operator refuses. */
export async function refusal(path: string, payload: unknown, scope: Scope = 'uid2', caller?: Caller) {
  const { bytes } = envelope(payload === undefined ? '' : JSON.stringify(payload), caller)
  const reply = await operatorAt(scope).operator.handle(
    post(path, bytes.toString('base64'), bearer(caller?.key)),
  )
  return { http: reply.status, ...JSON.parse(read(reply)) }
}

export async function generate(
  operator: Operator,
  payload: Record<string, unknown>,
  at = T0,
): Promise<Identity> {
  const answer = await sealedCall(operator, '/v2/token/generate', payload, { at })
  if (answer.status !== 'success') throw new Error(answer.status)
  return answer.body as Identity
}

export async function refresh(
  operator: Operator,
  identity: Identity,
): Promise<{ status: string; body?: Identity }> {
  const reply = await operator.handle(post('/v2/token/refresh', identity.refresh_token))
  if (reply.status !== 200) throw new Error(`${reply.status} ${read(reply)}`)
  const plaintext = gcmOpen(identity.refresh_response_key, Buffer.from(read(reply), 'base64'))
  return JSON.parse(plaintext.toString()) as { status: string; body?: Identity }
}

/** An operator whose clock is at T0 until the test moves it. */
export function operatorAt(scope: Scope = 'uid2') {
  const clock = { now: T0 }
  return { clock, operator: createOperator({ scope, now: () => clock.now }) }
}

export async function setFaults(operator: Operator, state: unknown): Promise<OperatorReply> {
  return operator.handle(post('/faults', JSON.stringify(state)))
}

export const report = async (operator: Operator) =>
  JSON.parse(read(await operator.handle({ method: 'GET', path: '/faults', headers: {}, body: Buffer.of() })))
