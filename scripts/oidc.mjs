// A local OpenID provider, to try sign-in by hand. Plain JavaScript: it runs on the machine's own Node,
// before anything is installed.
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './support/install.mjs'

await ensureInstalled()

const { runNode } = await import('./support/run.mjs')
const { typescriptFlags } = await import('./support/runtime.mjs')
const main = fileURLToPath(new URL('oidc/main.ts', import.meta.url))
process.exit(await runNode([...typescriptFlags, main, ...process.argv.slice(2)], {}))
