import { once } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { sandboxPublisher } from '../../lib/shared/sandbox-credentials.ts'
import {
  createUid2Client,
  createUid2Requests,
  hashEmail,
  type Uid2ClientOptions,
} from '../../lib/uid2/index.ts'
import { median, timeRatio } from './ratio.ts'
import { type Row, report } from './report.ts'

/*
 * What lib/uid2 adds to the cost of WebCrypto and fetch. The nonce is constant, so that one prepared reply
 * answers every request.
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
const ivOfAnswer = new Uint8Array(12)
const answerJson = JSON.stringify({ status: 'success', body })
const answer = new Uint8Array(
  await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv: ivOfAnswer },
    key,
    Buffer.concat([Buffer.alloc(8), nonce, Buffer.from(answerJson)]),
  ),
)
const reply = base64(Buffer.concat([ivOfAnswer, answer]))

const options: Uid2ClientOptions = {
  baseUrl: 'http://127.0.0.1',
  apiKey: 'key-of-the-bench',
  clientSecret: base64(secret),
  randomBytes: (length) => {
    const random = crypto.getRandomValues(new Uint8Array(length))
    random.set(nonce)
    return random
  },
}
const requests = createUid2Requests(options)

async function buildAndOpen(): Promise<void> {
  const request = await requests.generateToken({ emailHash })
  await request.read({ status: 200, body: reply })
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
async function bareBuildAndOpen(): Promise<void> {
  crypto.getRandomValues(new Uint8Array(8))
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const plaintext = encoder.encode(`0123456789abcdef${JSON.stringify({ email_hash: emailHash })}`)
  await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plaintext)
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: ivOfAnswer }, key, answer)
  JSON.parse(decoder.decode(new Uint8Array(opened, 16)))
}

const address = 'Jane.Saoirse+Work@Example.com'
const normalised = 'jane.saoirse+work@example.com'
const hash = () => hashEmail(address)
const bareDigest = () => crypto.subtle.digest('SHA-256', encoder.encode(normalised))

/** The sandbox operator in its own thread. */
const stub = new Worker(new URL('operator-thread.ts', import.meta.url))
const [baseUrl] = (await once(stub, 'message')) as [string]
const real = {
  ...options,
  baseUrl,
  apiKey: sandboxPublisher.apiKey,
  clientSecret: sandboxPublisher.clientSecret,
}
delete real.randomBytes
const client = createUid2Client({ ...real, timeoutMs: 30_000 })
const inFlight = 100
const together = (call: () => Promise<unknown>) => () => Promise.all(Array.from({ length: inFlight }, call))
const generate = () => client.generateToken({ emailHash })
const prepare = () => createUid2Requests(real).generateToken({ emailHash })
let sent = await prepare()
// Operators reject an envelope that is older than a minute.
setInterval(async () => {
  sent = await prepare()
}, 20_000).unref()
const generated = await client.generateToken({ emailHash })
if (generated.status !== 'success') throw new Error(`The operator answered ${generated.status}.`)
const refresh = () => client.refreshToken(generated.identity)
const sentRefresh = await createUid2Requests(real).refreshToken(generated.identity)
const fetchOf = async ({ url, method, headers, body }: typeof sent | typeof sentRefresh) => {
  const response = await fetch(url, { method, headers, body })
  if (response.status !== 200) throw new Error(`the operator answered HTTP ${response.status}`)
  await response.text()
}
const bareFetch = () => fetchOf(sent)

const bareRefresh = () => fetchOf(sentRefresh)
const bareRefreshAndCrypto = async () => {
  await bareRefresh()
  await crypto.subtle.decrypt({ name: 'AES-GCM', iv: ivOfAnswer }, key, answer)
}

/** The minimum of a call: two WebCrypto operations in another thread, and a fetch between them. */
const bareFetchAndCrypto = async () => {
  await crypto.subtle.encrypt({ name: 'AES-GCM', iv: ivOfAnswer }, key, answer.subarray(0, 80))
  await bareFetch()
  await crypto.subtle.decrypt({ name: 'AES-GCM', iv: ivOfAnswer }, key, answer)
}

/** Memory after all operations divided by that after the first tenth. */
async function growth(operations: number, run: () => Promise<unknown>): Promise<number> {
  /** The minimum after several collections: memory outside the heap is freed only some turns later. */
  const inUse = async () => {
    const seen: number[] = []
    for (let i = 0; i < 8; i++) {
      gc?.()
      await setTimeout(20)
      const { heapUsed, external } = process.memoryUsage()
      seen.push(heapUsed + external)
    }
    return Math.min(...seen)
  }
  let first = Number.NaN
  for (let i = 1; i <= operations; i++) {
    await run()
    if (i === operations / 10) first = await inUse()
  }
  return (await inUse()) / first
}

/** CPU of this thread for one call, as a ratio of that of a bare fetch, both with all calls in flight. The operator is in another thread. */
async function cpuRatio(call: () => Promise<unknown>, bare: () => Promise<unknown>): Promise<number> {
  const used = { call: [] as number[], bare: [] as number[] }
  for (let round = -3; round < 30; round++)
    for (const [kind, run] of [
      ['call', call],
      ['bare', bare],
    ] as const) {
      const before = process.threadCpuUsage()
      for (let i = 0; i < 3; i++) await together(run)()
      const { user, system } = process.threadCpuUsage(before)
      if (round >= 0) used[kind].push(user + system)
    }
  return median(used.call) / median(used.bare)
}

/** Beside a fetch alone there is no budget: to wake the thread of WebCrypto costs a quarter of a fetch on loopback. */
async function cpuRows(
  name: string,
  call: () => Promise<unknown>,
  { bare, withCrypto }: Record<'bare' | 'withCrypto', () => Promise<unknown>>,
): Promise<Row[]> {
  const of = `CPU of the caller, ${inFlight} in flight: ${name} : fetch of the same bytes`
  return [
    {
      name: `${of} with the same calls of WebCrypto`,
      value: await cpuRatio(call, withCrypto),
      unit: '×',
      atMost: 1.25,
    },
    { name: of, value: await cpuRatio(call, bare), unit: '×' },
  ]
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
    unit: '×',
    atLeast: 0.7,
  },
  {
    name: `generate against a local operator, ${inFlight} in flight : fetch of the same bytes`,
    value: await rate(together(generate), together(bareFetch), 300, 1),
    unit: '×',
    atLeast: 0.8,
  },
  {
    name: 'generate, one at a time : fetch of the same bytes with the same calls of WebCrypto around it',
    value: await rate(generate, bareFetchAndCrypto, 400, 5),
    unit: '×',
    atLeast: 0.8,
  },
  ...(await cpuRows('generate', generate, { bare: bareFetch, withCrypto: bareFetchAndCrypto })),
  ...(await cpuRows('refresh', refresh, { bare: bareRefresh, withCrypto: bareRefreshAndCrypto })),
  {
    name: 'normalise and hash an address : its digest alone',
    value: await rate(hash, bareDigest, 200, 500),
    unit: '×',
    atLeast: 0.9,
  },
  {
    name: 'memory after 1,000,000 envelopes : after 100,000',
    value: await growth(1_000_000, buildAndOpen),
    unit: '×',
    atMost: 1.1,
  },
]
report('lib/uid2: medians, as ratios of rates', rows)
await stub.terminate()
