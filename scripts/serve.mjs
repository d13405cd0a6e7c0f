import { readConfiguration, requireFreePort, serve } from './support/serve.mjs'

const configuration = readConfiguration()
await requireFreePort()
process.exit(await serve(configuration).ended)
