// From a fresh clone to a running site. Plain JavaScript: it runs on the machine's own Node, before
// anything is installed.
import { requireUsableFolder } from './support/folder.mjs'
import { ensureInstalled } from './support/install.mjs'

requireUsableFolder('site')
await ensureInstalled()

const { readConfiguration, requireFreePort, serve, whenReady } = await import('./support/serve.mjs')
const { ensureBuilt } = await import('./support/build.mjs')

const configuration = readConfiguration()
await requireFreePort()
await ensureBuilt()
const { ended } = serve(configuration)
void whenReady(ended).then((ready) => ready && announce(configuration))
process.exit(await ended)

function announce({ origin, sandbox }) {
  const lines = [`ready ${origin}`]
  if (sandbox) {
    lines.push(...Object.entries(sandbox).map(([name, value]) => `${name}=${value}`), '')
    lines.push('The sandbox operator is built in; these credentials work with any UID2 client.')
    lines.push(`Next: open ${origin}/sign-in, sign in as one of the readers, consent, and watch the ads.`)
    lines.push(`Each way to pass a token on, at work: ${origin}/patterns`)
  } else lines.push(`Next: open ${origin}/sign-in.`)
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}
