// Speed as ratios taken in one run: absolute times say more about the machine than about the site.
import { ensureInstalled } from './support/install.mjs'

await ensureInstalled()
const { ensureBuilt } = await import('./support/build.mjs')
const { runNode } = await import('./support/run.mjs')
const { typescriptFlags } = await import('./support/runtime.mjs')
await ensureBuilt()
process.exit(await runNode([...typescriptFlags, 'scripts/support/bench.ts']))
