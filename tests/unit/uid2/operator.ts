import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { createUid2Client, type Identity, type Uid2Client, type Uid2ClientOptions } from '#lib/uid2/index.ts'

/*
 * An operator by hand: real HTTP on a free port, replies written out per test, envelopes made with
 * node:crypto. Nothing of it comes from lib/uid2, so the two can only agree by both being right.
 */

export const apiKey = 'UID2-C-L-124-CANARY.apiKeyOfTheTests'
export const secret = Buffer.from('CANARY-client-secret-of-the-test')
export const responseKey = Buffer.from('CANARY-response-key-of-the-tests')

export const identity: Identity = {
  advertising_token: 'CANARYadvertisingToken',
  refresh_token: 'CANARYrefreshToken',
  identity_expires: 2_000,
  refresh_from: 1_000,
  refresh_expires: 3_000,
  refresh_response_key: responseKey.toString('base64'),
}

interface Seen {
  method: string | undefined
  url: string | undefined
  headers: IncomingMessage['headers']
  body: string
}

interface TestOperator {
  client: Uid2Client
  baseUrl: string
  seen: Seen[]
}

export type Answer = (response: ServerResponse, seen: Seen) => void

/** Starts an operator that answers every request with `answer`, and a client of it. */
export async function operator(
  answer: Answer,
  options: Partial<Uid2ClientOptions> = {},
): Promise<TestOperator> {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url, headers } = request
    const one = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') }
    seen.push(one)
    answer(response, one)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clientSecret = secret.toString('base64')
  return { client: createUid2Client({ baseUrl, apiKey, clientSecret, ...options }), baseUrl, seen }
}

/** A 200 to a sealed request: `payload` under the client secret, with the nonce of the request. */
export function sealed(payload: unknown): Answer {
  return (response, { body }) => {
    response.end(encrypt(secret, Buffer.concat([Buffer.alloc(8), openRequest(body).nonce, toBytes(payload)])))
  }
}

/** A 200 to a refresh: `payload` under the response key. */
export function sealedRefresh(payload: unknown, key = responseKey): Answer {
  return (response) => response.end(encrypt(key, toBytes(payload)))
}

/** Anything in plaintext. */
export function plain(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(toBytes(body))
}

export function openRequest(body: string): { time: number; nonce: Buffer; json: unknown } {
  const envelope = Buffer.from(body, 'base64')
  const opener = createDecipheriv('aes-256-gcm', secret, envelope.subarray(1, 13))
  opener.setAuthTag(envelope.subarray(-16))
  const plaintext = Buffer.concat([opener.update(envelope.subarray(13, -16)), opener.final()])
  const time = Number(plaintext.readBigInt64BE(0))
  return { time, nonce: plaintext.subarray(8, 16), json: JSON.parse(plaintext.subarray(16).toString('utf8')) }
}

export function encrypt(key: Buffer, plaintext: Buffer): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  return Buffer.concat([iv, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString('base64')
}

function toBytes(payload: unknown): Buffer {
  if (Buffer.isBuffer(payload)) return payload
  return Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}
