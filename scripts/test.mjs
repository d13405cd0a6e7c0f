// Tests every behaviour once. In a fresh clone it installs first, including a browser.
import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'

requireUsableFolder('tests')
await ensureInstalled()
const { checks } = await import('./support/checks.mjs')
const { ensureBuilt } = await import('./support/build.mjs')
const { createTally, runCheck, runConformanceElsewhere, runPlaywright, runVitest } = await import(
  './support/suites.mjs'
)

const tally = createTally()
for (const check of checks) await runCheck(tally, check)
await runVitest(tally, 'fast')
await runConformanceElsewhere(tally)
await ensureBuilt()
await runVitest(tally, 'integration')
await runPlaywright(tally, 'e2e')
tally.close()
