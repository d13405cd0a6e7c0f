import { randomBytes } from 'node:crypto'
import { ensureBuilt, example } from '../support/build.mjs'
import { start } from '../support/run.mjs'
import { bin, nodePath } from '../support/runtime.mjs'
import { port, requireFreePort, whenReady } from '../support/serve.mjs'
import { startSandbox } from './sandbox.ts'

await requireFreePort()
await ensureBuilt(example)
const sandbox = await startSandbox()
const origin = `http://localhost:${port}`
// Only for this machine: the example's sign-in believes any address.
const { ended } = start(nodePath(), [bin.next, 'start', '-p', String(port), '-H', '127.0.0.1'], {
  cwd: example.folder,
  env: {
    ...process.env,
    ...sandbox,
    NEXTAUTH_URL: origin,
    NEXTAUTH_SECRET: randomBytes(32).toString('base64'),
    COOKIE_PASSWORD: randomBytes(32).toString('base64'),
  },
})
void whenReady(ended, '/api/identity').then((ready) => ready && announce())
process.exit(await ended)

function announce(): void {
  const lines = [`ready ${origin}`, ...Object.entries(sandbox).map(([name, value]) => `${name}=${value}`)]
  lines.push('', 'The sandbox operator and exchange run in this process.')
  lines.push(`Next: open ${origin}, sign in with any address, and say yes.`)
  process.stdout.write(`\n${lines.join('\n')}\n\n`)
}
