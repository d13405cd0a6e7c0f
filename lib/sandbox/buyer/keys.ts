import 'server-only'

import { z } from 'zod'
import { makeKeyRequest, openKeyResponse } from './envelope'

const responseSchema = z.object({
  status: z.literal('success'),
  body: z.object({
    max_bidstream_lifetime_seconds: z.number(),
    allow_clock_skew_seconds: z.number(),
    identity_scope: z.enum(['UID2', 'EUID']),
    keys: z.array(
      z.object({
        id: z.int(),
        expires: z.number(),
        secret: z.base64().transform((text) => Buffer.from(text, 'base64')),
      }),
    ),
  }),
})

/** Times in ms. The key endpoint sends seconds, the only ones in the protocol. */
export interface KeyRing {
  secrets: ReadonlyMap<number, { secret: Buffer; expiresAt: number }>
  maxLifetimeMs: number
  clockSkewMs: number
  scope: 'uid2' | 'euid'
}

/** Posts a sealed request to `/v2/key/bidstream` with the buyer's API key. Returns the body of a 200. */
export type KeyCall = (body: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>

export interface KeySource {
  /** The cached keys if recent, else new ones. If the operator does not answer, the old ones. */
  recent(): Promise<KeyRing | undefined>
  /** New keys, fetched once for all callers at the same time. */
  renewed(): Promise<KeyRing | undefined>
}

const KEEP_MS = 60_000
/** An auction cannot wait longer for keys: Prebid gives a server about a second in total. */
const TIMEOUT_MS = 300

export function createKeySource(clientSecret: string, call: KeyCall, now: () => number): KeySource {
  const secret = Buffer.from(clientSecret, 'base64')
  let held: { ring: KeyRing; at: number } | undefined
  let flight: Promise<KeyRing | undefined> | undefined

  async function fetchRing(): Promise<KeyRing | undefined> {
    const at = now()
    try {
      const request = makeKeyRequest(secret, at)
      const response = await withTimeLimit((signal) => call(request.body, signal))
      held = { ring: parse(openKeyResponse(secret, response, request.nonce)), at }
    } catch {
      // Without fresh keys the buyer uses the old ones.
    }
    return held?.ring
  }

  function renewed() {
    flight ??= fetchRing().finally(() => {
      flight = undefined
    })
    return flight
  }

  return {
    renewed,
    recent: async () => (held && now() - held.at < KEEP_MS ? held.ring : renewed()),
  }
}

async function withTimeLimit<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([work(signal), late])
}

function parse(json: unknown): KeyRing {
  const { body } = responseSchema.parse(json)
  return {
    secrets: new Map(body.keys.map(({ id, secret, expires }) => [id, { secret, expiresAt: expires * 1000 }])),
    maxLifetimeMs: body.max_bidstream_lifetime_seconds * 1000,
    clockSkewMs: body.allow_clock_skew_seconds * 1000,
    scope: body.identity_scope === 'EUID' ? 'euid' : 'uid2',
  }
}
