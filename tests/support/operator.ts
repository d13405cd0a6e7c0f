import { type RunningOperator, startOperator } from '#lib/sandbox/operator/node.ts'
import { sandboxPublisher } from '#lib/shared/sandbox-credentials.ts'

export interface Lifetimes {
  identityMs: number
  refreshFromMs: number
  refreshMs: number
}

export interface Fault {
  on: 'generate' | 'refresh' | 'validate' | 'key' | 'all'
  latencyMs?: number
  status?: number
  kind?: 'hang' | 'reset' | 'garbage' | 'optout'
  times?: number
}

export interface Calls {
  generate: number
  refresh: number
  validate: number
  key: number
}

/** The sandbox operator on its own port, with control of its faults. */
export interface TestOperator extends RunningOperator {
  /** Environment variables for the site. */
  env: Record<string, string>
  /** Resets lifetimes, faults and counters, and releases held replies. */
  set(state: { lifetimes?: Lifetimes; faults?: Fault[] }): Promise<void>
  calls(): Promise<Calls>
  /** Releases held replies and keeps the counters. */
  release(): Promise<void>
}

/** A token that is due when issued, and valid for an hour. */
export const dueAtOnce: Lifetimes = { identityMs: 3_600_000, refreshFromMs: 1, refreshMs: 86_400_000 }

export async function testOperator(scope: 'uid2' | 'euid' = 'uid2'): Promise<TestOperator> {
  const running = await startOperator({ scope })
  const faults = `${running.baseUrl}/faults`
  return {
    ...running,
    env: {
      UID2_BASE_URL: running.baseUrl,
      UID2_API_KEY: sandboxPublisher.apiKey,
      UID2_CLIENT_SECRET: sandboxPublisher.clientSecret,
      DEMO_SIGN_IN: 'on',
    },
    async set(state) {
      for (const body of [{}, state]) {
        const answer = await fetch(faults, { method: 'POST', body: JSON.stringify(body) })
        if (!answer.ok) throw new Error(`The operator refused its faults: ${await answer.text()}`)
      }
    },
    async release() {
      await fetch(faults, { method: 'POST', body: JSON.stringify({ faults: [] }) })
    },
    async calls() {
      const answer = await fetch(faults)
      return ((await answer.json()) as { calls: Calls }).calls
    },
  }
}

/** As `set`, for the operator inside a sandbox site. */
export async function setSandbox({ origin }: { origin: string }, state: object): Promise<void> {
  const answer = await fetch(`${origin}/sandbox/operator/faults`, {
    method: 'POST',
    body: JSON.stringify(state),
  })
  if (!answer.ok) throw new Error(`The operator refused its faults: ${await answer.text()}`)
}
