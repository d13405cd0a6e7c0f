import type { PublicIdentity } from '#lib/identity/public.ts'
import type { Signals } from './consent-platform.ts'
import type { HandoffEnvironment } from './environment.ts'
import { parseIdentity } from './handoff-state.ts'

/** Also the URL of the `Link: rel=preload` response header; both must stay the same. */
const IDENTITY_URL = '/api/identity'
const REQUEST_TIMEOUT_MS = 10_000

export type Method = 'GET' | 'POST'

/** Null when there is no usable answer, whatever the reason: the caller's choice is the same. */
export async function requestIdentity(
  env: HandoffEnvironment,
  method: Method,
  signals: Signals | null,
): Promise<PublicIdentity | null> {
  let timer = 0
  const timeout = new Promise<null>((resolve) => {
    timer = env.setTimeout(() => resolve(null), REQUEST_TIMEOUT_MS)
  })
  try {
    return await Promise.race([read(env, method, signals), timeout])
  } catch {
    return null
  } finally {
    env.clearTimeout(timer)
  }
}

async function read(
  env: HandoffEnvironment,
  method: Method,
  signals: Signals | null,
): Promise<PublicIdentity | null> {
  // Without any option the GET matches the preload of the response header, and takes its answer.
  const response = await (method === 'GET' ? env.fetch(IDENTITY_URL) : env.fetch(IDENTITY_URL, post(signals)))
  return response.status === 200 ? parseIdentity(await response.json()) : null
}

const post = (signals: Signals | null) =>
  signals === null
    ? { method: 'POST' as const }
    : {
        method: 'POST' as const,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ signals }),
      }
