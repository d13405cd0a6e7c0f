import { createUid2Client, type Identity, type Uid2Client, type Uid2ClientOptions } from '#lib/uid2/index.ts'
import { concat, decrypt, encrypt, fromBase64, toBase64, utf8 } from './bytes.ts'

/*
 * A fake operator behind `fetch`: each test writes its replies. Real connections are tested in
 * tests/unit/uid2, the whole protocol with the sandbox operator.
 */

type Bytes = Uint8Array<ArrayBuffer>

export const apiKey = 'UID2-C-L-124-CANARY.apiKeyOfTheTests'
export const secret = utf8('CANARY-client-secret-of-the-test')
export const responseKey = utf8('CANARY-response-key-of-the-tests')

export const identity: Identity = {
  advertising_token: 'CANARYadvertisingToken',
  refresh_token: 'CANARYrefreshToken',
  identity_expires: 2_000,
  refresh_from: 1_000,
  refresh_expires: 3_000,
  refresh_response_key: toBase64(responseKey),
}

export interface Seen {
  url: string
  method: string | undefined
  headers: Headers
  body: string | Bytes
}

export type Answer = (seen: Seen) => Response | Promise<Response>

interface TestOperator {
  client: Uid2Client
  options: Uid2ClientOptions
  seen: Seen[]
}

/** A client whose requests are answered by `answer`. Without retries, unless the test asks for them. */
export function operator(answer: Answer, options: Partial<Uid2ClientOptions> = {}): TestOperator {
  const seen: Seen[] = []
  const answerAll: typeof fetch = async (url, init) => {
    const one = {
      url: String(url),
      method: init?.method,
      headers: new Headers(init?.headers),
      body: init?.body as string | Bytes,
    }
    seen.push(one)
    return answer(one)
  }
  const all: Uid2ClientOptions = {
    baseUrl: 'https://operator.example',
    apiKey,
    clientSecret: toBase64(secret),
    retries: 0,
    fetch: answerAll,
    ...options,
  }
  return { client: createUid2Client(all), options: all, seen }
}

/** A reply in plaintext. */
export function plain(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  const bodiless = status === 204
  return () => new Response(bodiless ? null : toBytes(body), { status, headers })
}

/** A 200 to a sealed request: `payload` under the client secret, with the nonce of the request. */
export function sealed(payload: unknown, time = 0): Answer {
  return async ({ body }) => {
    const { nonce } = await openRequest(body)
    return sealedReply(body, await encrypt(secret, concat(int64(time), nonce, toBytes(payload))))
  }
}

/** A 200 to a refresh: `payload` under the response key. */
export function sealedRefresh(payload: unknown, key: Bytes = responseKey): Answer {
  return async ({ headers }) => {
    const reply = await encrypt(key, toBytes(payload))
    return new Response(headers.get('content-type') === 'application/octet-stream' ? reply : toBase64(reply))
  }
}

export const hang: Answer = () => new Promise(() => {})

export async function openRequest(
  body: string | Bytes,
): Promise<{ time: number; nonce: Bytes; json: unknown }> {
  const envelope = typeof body === 'string' ? fromBase64(body) : body
  const plaintext = await decrypt(secret, envelope.slice(1))
  return {
    time: Number(new DataView(plaintext.buffer).getBigInt64(0)),
    nonce: plaintext.slice(8, 16),
    json: JSON.parse(new TextDecoder().decode(plaintext.subarray(16))),
  }
}

function sealedReply(request: string | Bytes, reply: Bytes): Response {
  return new Response(typeof request === 'string' ? toBase64(reply) : reply)
}

function int64(value: number): Bytes {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, BigInt(value))
  return bytes
}

function toBytes(payload: unknown): Bytes {
  if (payload instanceof Uint8Array) return new Uint8Array(payload)
  return utf8(typeof payload === 'string' ? payload : JSON.stringify(payload))
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  )
}

/** All of an error that a log could show: message, stack, all fields, hidden ones too, and its causes. */
export function everything(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const fields = Object.getOwnPropertyNames(error).map((name) => [name, Reflect.get(error, name)] as const)
  return [String(error), ...fields.map(([name, value]) => `${name}: ${everything(value)}`)].join('\n')
}
