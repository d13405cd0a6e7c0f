// Speed as ratios measured in one run: absolute times depend more on the machine than on the site.
import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'

requireUsableFolder('site')
await ensureInstalled()
const { ensureBuilt } = await import('./support/build.mjs')
const { runNode } = await import('./support/run.mjs')
const { typescriptFlags } = await import('./support/runtime.mjs')
const flags = process.argv.slice(2)
const sdk = await runNode([...typescriptFlags, '--expose-gc', 'scripts/bench/sdk.ts', ...flags])
await ensureBuilt()
const site = await runNode([...typescriptFlags, 'scripts/bench/site.ts', ...flags])
process.exit(sdk || site)
