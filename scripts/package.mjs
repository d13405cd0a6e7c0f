// Makes the npm package of lib/uid2, and prints its path.
import { fileURLToPath } from 'node:url'
import { ensureInstalled } from './support/install.mjs'

await ensureInstalled()
const { runNode } = await import('./support/run.mjs')
const { typescriptFlags } = await import('./support/runtime.mjs')
process.exit(await runNode([...typescriptFlags, fileURLToPath(new URL('package/main.ts', import.meta.url))]))
