import { ensureInstalled } from './support/install.mjs'

await ensureInstalled()
const { checks } = await import('./support/checks.mjs')
const { runNode } = await import('./support/run.mjs')
let failed = 0
for (const { args } of checks) if ((await runNode(args)) !== 0) failed++
process.exit(failed === 0 ? 0 : 1)
