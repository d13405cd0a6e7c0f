import 'server-only'
import { recordClientAddresses } from '../auth/client-address'
import { openStore } from '../consent/open-store'
import { failureEvent } from '../database/access'
import { envFilesWarning } from '../env/env-files'
import { type Env, EnvError, env } from '../env/server'
import { fixIncomingRequests } from '../http/incoming-requests'
import { errorCode } from '../observe/error-code'
import { health } from '../observe/health'
import { logEvent } from '../observe/log'
import { bypassProxyForLoopback } from '../shared/bypass-proxy.mjs'
import { isLoopback } from '../shared/loopback'
import { captureStartContext } from '../shared/outside-requests'
import { withTimeout } from '../shared/with-timeout'
import { prepareShutdown, scheduleRevocationRetries } from './shutdown'

/** A migration may take longer, ms: pages are served meanwhile, without tokens. */
const openingMs = 5_000

/**
 * Checks the configuration and opens the store before the first request. A fault that only a person can
 * mend ends the process with one message; a store that is down does not: pages are served without tokens.
 */
export async function boot(): Promise<void> {
  captureStartContext()
  bypassProxyForLoopback()
  recordClientAddresses()
  fixIncomingRequests()
  const warning = envFilesWarning(process.env.NODE_ENV === 'development')
  if (warning !== null) process.stderr.write(`\n${warning}\n\n`)
  try {
    requireLoopbackForDemo(env())
  } catch (error) {
    recordStartFailure(error)
  }
  await withTimeout(
    openStore().then(() => {}, recordStartFailure),
    openingMs,
    () => {
      recordStartFailure(Object.assign(new Error('The store is being migrated.'), { code: 'migrating' }))
    },
  )
  scheduleRevocationRetries()
  prepareShutdown()
  // Whatever ends TLS stands before a deployed site, so the connection's address is that of all readers.
  if (env().deployed && env().trustProxyHops === 0) logEvent('warn', 'trust_proxy_hops_unset')
  if (process.env.NODE_ENV === 'development' && env().mode === 'sandbox') void warmSandbox()
}

function recordStartFailure(error: unknown): void {
  if (error instanceof EnvError) {
    process.stderr.write(`\n${error.message}\n\n`)
    process.exit(1)
  }
  health().store = 'down'
  logEvent('error', failureEvent(error), { code: errorCode(error) })
}

/** Beside a real operator the demo sign-in would make tokens for anyone's address, so nobody else may reach it. */
function requireLoopbackForDemo({ mode, demoSignIn }: Env): void {
  const at = process.argv.findIndex((argument) => argument === '-H' || argument === '--hostname')
  if (mode === 'real' && demoSignIn && (at < 0 || !isLoopback(process.argv[at + 1] ?? '')))
    throw new EnvError(
      'DEMO_SIGN_IN=on beside a real operator serves this machine alone: start the site with npm start, or add -H 127.0.0.1 to next start.',
    )
}

/** In development a first call compiles the operator's route, which would eat the operator time-out. */
async function warmSandbox(): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      const response = await fetch(`${env().operator.baseUrl}/ops/healthcheck`)
      await response.arrayBuffer()
      logEvent('info', 'sandbox_warm')
      return
    } catch {
      // Not listening yet.
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
