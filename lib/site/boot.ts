import 'server-only'
import { recordClientAddresses } from '../auth/client-address'
import { openStore } from '../consent/open-store'
import { failureEvent } from '../database/access'
import { type Env, EnvError, env } from '../env/env'
import { envFilesWarning } from '../env/env-files'
import { fixIncomingRequests } from '../http/incoming-requests'
import { errorCode } from '../observe/error-code'
import { health } from '../observe/health'
import { logEvent } from '../observe/log'
import { bypassProxyForLoopback } from '../shared/bypass-proxy.mjs'
import { isLoopback } from '../shared/loopback'
import { captureStartContext } from '../shared/outside-requests'
import { withTimeout } from '../shared/with-timeout'
import { prepareShutdown, scheduleRevocationRetries } from './shutdown'

/** Boot waits this long for the store, ms. During a longer migration pages are served without tokens. */
const openingMs = 5_000

/**
 * Checks the configuration and opens the store before the first request. A configuration fault ends the
 * process with one message. A store that is down does not: pages are served without tokens.
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
  // A deployed site has a proxy that ends TLS, so without this setting all readers share that proxy's
  // address.
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

/**
 * Beside a real operator the demo sign-in would make tokens for anyone's address, so only this machine may
 * reach it.
 */
function requireLoopbackForDemo({ mode, demoSignIn }: Env): void {
  const at = process.argv.findIndex((argument) => argument === '-H' || argument === '--hostname')
  if (mode === 'real' && demoSignIn && (at < 0 || !isLoopback(process.argv[at + 1] ?? '')))
    throw new EnvError(
      'DEMO_SIGN_IN=on with a real operator is only for this machine: start the site with npm start, or add -H 127.0.0.1 to next start.',
    )
}

/**
 * In development the first call compiles the operator's route, which takes longer than the operator time-out.
 */
async function warmSandbox(): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    try {
      const response = await fetch(`${env().operator.baseUrl}/ops/healthcheck`)
      await response.arrayBuffer()
      logEvent('info', 'sandbox_warm')
      return
    } catch {
      // The server is not listening yet.
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
}
