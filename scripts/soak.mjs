// Repetition: what `npm test` shows once, often enough to meet the rare order of events.
import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'

requireUsableFolder('tests')
await ensureInstalled()
const { ensureBuilt } = await import('./support/build.mjs')
const { createTally, runPlaywright, runVitest } = await import('./support/suites.mjs')

const tally = createTally()
await ensureBuilt()
await runVitest(tally, 'soak')
await runPlaywright(tally, 'soak')
tally.close()
