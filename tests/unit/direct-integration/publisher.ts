import { createHmac } from 'node:crypto'
import { onTestFinished, vi } from 'vitest'
import type { Identity } from '../../../docs/direct-integration/operator.ts'
import {
  createRefreshRoute,
  createTokenRoute,
  type Publisher,
} from '../../../docs/direct-integration/route.ts'

/** A publisher with one signed-in reader and two routes, and access to everything that it recorded. */
export function publisher(
  operator: { baseUrl: string; apiKey: string; clientSecret: string },
  email: string | null,
) {
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('UID2_BASE_URL', operator.baseUrl)
  vi.stubEnv('UID2_API_KEY', operator.apiKey)
  vi.stubEnv('UID2_CLIENT_SECRET', operator.clientSecret)

  const row = (hash: string) => createHmac('sha256', 'pepper').update(hash).digest('hex')
  const optOuts = new Set<string>()
  const identities = new Map<string, Identity>()
  const reports: string[] = []
  const own: Publisher = {
    verifiedEmail: async () => email,
    store: {
      isOptedOut: async (hash) => optOuts.has(row(hash)),
      rememberOptOut: async (hash) => {
        optOuts.add(row(hash))
        identities.delete(row(hash))
      },
      identity: async (hash) => identities.get(row(hash)) ?? null,
      keepIdentity: async (hash, identity) => {
        if (identity) identities.set(row(hash), identity)
        else identities.delete(row(hash))
      },
    },
    report: (code) => reports.push(code),
  }
  const call = (route: (request: Request) => Promise<Response>) => async () => {
    // What a request says about a person must not matter.
    const body = JSON.stringify({ email: 'somebody-else@example.com' })
    const request = new Request('https://publisher.example/?email=else@example.com', { method: 'POST', body })
    const response = await route(request)
    return { httpStatus: response.status, headers: response.headers, json: await response.json() }
  }
  return {
    own,
    optOuts,
    reports,
    /** The only identity that is kept. */
    kept: () => [...identities.values()][0],
    /** Changes the kept identity, as time would. */
    alter(changes: Partial<Identity>) {
      for (const [key, identity] of identities) identities.set(key, { ...identity, ...changes })
    },
    token: call((request) => createTokenRoute(own)(request)),
    refresh: call((request) => createRefreshRoute(own)(request)),
  }
}
