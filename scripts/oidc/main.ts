import { giveUp } from '../support/say.mjs'
import { startOidcProvider } from './provider.ts'

const port = Number(process.argv[2] || process.env.OIDC_PORT || 4000)
const sitePort = Number(process.env.PORT || 3000)
for (const given of [port, sitePort])
  if (!Number.isInteger(given) || given < 1 || given > 65_535) giveUp('A port is a number from 1 to 65535.')

const redirectUris = ['localhost', '127.0.0.1'].map(
  (host) => `http://${host}:${sitePort}/api/auth/callback/oidc`,
)
try {
  const { issuer, env } = await startOidcProvider({ redirectUris, port })
  const lines = [`ready ${issuer}`, ...Object.entries(env).map(([name, value]) => `${name}=${value}`), '']
  lines.push(
    `Next: put these four lines into .env.local, start the site on port ${sitePort}, and sign in with ${env.AUTH_OIDC_NAME}.`,
  )
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
  giveUp(
    `Port ${port} is in use: stop the program that uses it, or choose another port: npm run oidc -- ${port + 1}`,
  )
}
