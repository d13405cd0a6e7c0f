import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'

requireUsableFolder('site')
await ensureInstalled()
const { readConfiguration, requireFreePort, serve } = await import('./support/serve.mjs')
const configuration = readConfiguration('dev')
await requireFreePort()
process.exit(await serve(configuration, 'dev').ended)
