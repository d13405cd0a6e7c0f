import { type Site, startSite } from './site.ts'

/** Two sites on one database, as two instances of a deployment. */
export interface Instances {
  /** The current processes. A restart replaces them at the same origins. */
  readonly sites: readonly [Site, Site]
  /** Environment variables for a third one. */
  readonly env: Record<string, string>
  /** Restarts one or both. `env` is added to their variables from then on. */
  restart(
    which: 0 | 1 | 'both',
    options?: { env?: Record<string, string>; signal?: NodeJS.Signals },
  ): Promise<void>
  stop(): Promise<void>
}

export const instanceEnv = {
  CHOICES_PEPPER: 'pepper'.padEnd(32, '.'),
  NEXTAUTH_SECRET: 'secret'.padEnd(32, '.'),
  SESSION_PASSWORD: 'password'.padEnd(32, '.'),
}

export async function startInstances(given: Record<string, string>): Promise<Instances> {
  let env: Record<string, string> = { ...instanceEnv, ...given }
  const sites = await Promise.all([startSite({ env }), startSite({ env })])
  return {
    sites,
    get env() {
      return env
    },
    async restart(which, { env: more = {}, signal = 'SIGTERM' } = {}) {
      env = { ...env, ...more }
      const again = async (index: 0 | 1) => {
        const { port, dataDir, stop } = sites[index]
        await stop(signal)
        sites[index] = await startSite({ env, port, dataDir })
      }
      await Promise.all((which === 'both' ? ([0, 1] as const) : [which]).map(again))
    },
    async stop() {
      await Promise.all(sites.map((site) => site.stop()))
    },
  }
}
