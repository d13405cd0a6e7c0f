// `npm run bench -- SUBJECT…` runs scripts/bench/SUBJECT.ts. Speed is given as ratios measured in one run: absolute
// times depend more on the machine than on the site.
import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'
import { giveUp } from './support/say.mjs'

/** Measured when no subject is named. */
const usual = ['sdk', 'site', 'peers']
/** Measured only when named. */
const others = ['memory', 'scale', 'page', 'lighthouse', 'framework']

const args = process.argv.slice(2)
const named = args.filter((arg) => !arg.startsWith('-'))
const flags = args.filter((arg) => arg.startsWith('-'))
const unknown = named.find((name) => ![...usual, ...others].includes(name))
if (unknown !== undefined)
  giveUp(`There is no benchmark ${JSON.stringify(unknown)}. There are: ${[...usual, ...others].join(', ')}.`)

requireUsableFolder('site')
await ensureInstalled()
const { ensureBuilt } = await import('./support/build.mjs')
const { runNode } = await import('./support/run.mjs')
const { typescriptFlags } = await import('./support/runtime.mjs')
await ensureBuilt()
let failed = 0
for (const subject of named.length > 0 ? named : usual)
  failed += await runNode([...typescriptFlags, '--expose-gc', `scripts/bench/${subject}.ts`, ...flags])
process.exit(failed === 0 ? 0 : 1)
