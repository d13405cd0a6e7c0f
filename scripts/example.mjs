// `npm start` in examples/minimal. Plain JavaScript: it runs on the machine's own Node, before anything is
// installed.
import { fileURLToPath } from 'node:url'
import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'

requireUsableFolder('site')
await ensureInstalled()

const { runNode } = await import('./support/run.mjs')
const { typescriptFlags } = await import('./support/runtime.mjs')
const main = fileURLToPath(new URL('example/main.ts', import.meta.url))
process.exit(await runNode([...typescriptFlags, main]))
