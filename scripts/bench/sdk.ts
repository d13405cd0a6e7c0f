import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import {
  createUid2Client,
  createUid2Requests,
  hashEmail,
  type Uid2ClientOptions,
} from '../../lib/uid2/index.ts'
import { type Row, report, timeRatio } from './ratio.ts'

/*
 * What lib/uid2 costs on top of what cannot be had for less. The random bytes are the same each time, so
 * that one reply, sealed beforehand, answers every request.
 */

const secret = crypto.getRandomValues(new Uint8Array(32))
const nonce = crypto.getRandomValues(new Uint8Array(8))
const emailHash = 'tMmiiTI7IaAcPpQPFQ65uMVCWH8av9jw4cwf/F5HVRQ='
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
const body = {
  advertising_token: 'A'.repeat(218),
  refresh_token: 'A'.repeat(388),
  identity_expires: 1767229200000,
  refresh_from: 1767226500000,
  refresh_expires: 1767312000000,
  refresh_response_key: base64(secret),
}

const key = await crypto.subtle.importKey('raw', secret, 'AES-GCM', false, ['encrypt', 'decrypt'])
const iv = new Uint8Array(12)
const answerJson = JSON.stringify({ status: 'success', body })
const answer = new Uint8Array(
  await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv },
    key,
    Buffer.concat([Buffer.alloc(8), nonce, Buffer.from(answerJson)]),
  ),
)
const reply = base64(Buffer.concat([iv, answer]))

const options: Uid2ClientOptions = {
  baseUrl: 'http://127.0.0.1',
  apiKey: 'key-of-the-bench',
  clientSecret: base64(secret),
  randomBytes: (length) => (length === 8 ? nonce : crypto.getRandomValues(new Uint8Array(length))),
}
const requests = createUid2Requests(options)

async function buildAndOpen(): Promise<void> {
  const request = await requests.generateToken({ emailHash })
  await request.read({ status: 200, body: reply })
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
async function bareBuildAndOpen(): Promise<void> {
  crypto.getRandomValues(new Uint8Array(12))
  const plaintext = encoder.encode(`0123456789abcdef${JSON.stringify({ email_hash: emailHash })}`)
  await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plaintext)
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, key, answer)
  JSON.parse(decoder.decode(new Uint8Array(opened, 16)))
}

const address = 'Jane.Saoirse+Work@Example.com'
const addressBytes = encoder.encode('jane.saoirse+work@example.com')
const hash = () => hashEmail(address)
const bareDigest = () => crypto.subtle.digest('SHA-256', addressBytes)

/** An operator with one answer for everything, in a thread of its own. */
const stub = new Worker(
  `const { createServer } = require('node:http')
   const { parentPort, workerData } = require('node:worker_threads')
   const server = createServer((request, response) => request.resume().on('end', () => response.end(workerData)))
   server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))`,
  { eval: true, workerData: reply },
)
const [port] = (await once(stub, 'message')) as [number]
const client = createUid2Client({ ...options, baseUrl: `http://127.0.0.1:${port}`, timeoutMs: 30_000 })
const generate = () => client.generateToken({ emailHash })
const sent = await requests.generateToken({ emailHash })
const bareFetch = async () => {
  const response = await fetch(`http://127.0.0.1:${port}/v2/token/generate`, {
    method: sent.method,
    headers: sent.headers,
    body: sent.body,
  })
  await response.text()
}

/** Bytes in use after as many operations, as a multiple of those after the first tenth. */
async function growth(operations: number, run: () => Promise<unknown>): Promise<number> {
  const inUse = () => {
    gc?.()
    const { heapUsed, external, arrayBuffers } = process.memoryUsage()
    return heapUsed + external + arrayBuffers
  }
  let first = Number.NaN
  for (let i = 1; i <= operations; i++) {
    await run()
    if (i === operations / 10) first = inUse()
  }
  return inUse() / first
}

const rate = async (
  ours: () => Promise<unknown>,
  bare: () => Promise<unknown>,
  rounds: number,
  each: number,
) => 1 / (await timeRatio(ours, bare, { rounds, warmUp: Math.ceil(rounds / 5), each }))

const rows: Row[] = [
  {
    name: 'build an envelope and open the answer : the same calls of WebCrypto and JSON alone',
    value: await rate(buildAndOpen, bareBuildAndOpen, 100, 200),
    is: 'at least',
    budget: 0.7,
  },
  {
    name: 'generate against a local operator : fetch of the same bytes',
    value: await rate(generate, bareFetch, 400, 5),
    is: 'at least',
    budget: 0.8,
  },
  {
    name: 'normalise and hash an address : its digest alone',
    value: await rate(hash, bareDigest, 200, 500),
    is: 'at least',
    budget: 0.9,
  },
  {
    name: 'memory after 1,000,000 envelopes : after 100,000',
    value: await growth(1_000_000, buildAndOpen),
    is: 'at most',
    budget: 1.1,
  },
]
report('lib/uid2: medians, as ratios of rates', rows)
await stub.terminate()
