import { EnvError, loadEnv } from '../../lib/env/env.ts'
import { envFilesWarning } from '../../lib/env/env-files.ts'

// The same .env files as Next's, so that a fault is reported before the build.
const warning = envFilesWarning(process.argv[2] === 'dev')

try {
  const { mode, origin, demoSignIn, operator } = loadEnv(process.env)
  const sandbox =
    mode === 'sandbox'
      ? {
          UID2_BASE_URL: `${origin}/sandbox/operator`,
          UID2_API_KEY: operator.apiKey,
          UID2_CLIENT_SECRET: operator.clientSecret,
        }
      : null
  console.log(JSON.stringify({ origin, sandbox, loopbackOnly: mode === 'real' && demoSignIn }))
} catch (error) {
  if (!(error instanceof EnvError)) throw error
  console.error(`\n${error.message}\n`)
  // A site that starts prints this itself.
  if (warning !== null) console.error(`${warning}\n`)
  process.exitCode = 1
}
