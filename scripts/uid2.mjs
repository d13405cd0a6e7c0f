// The protocol on the command line: generate, refresh, validate, hash, decode-envelope, inspect-token, verify.
// Standard output belongs to the answer alone, so whatever an installation has to say goes to standard error.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))
const { status } = spawnSync(process.execPath, [file('uid2/install.mjs')], { stdio: ['ignore', 2, 2] })
if (status !== 0) {
  const error = { kind: 'installation', message: 'the project could not be installed' }
  if (process.argv.includes('--json')) console.log(JSON.stringify({ ok: false, error }, null, 2))
  // 1 would say that an operator's answer was a no.
  process.exit(3)
}

const { runNode } = await import('./support/run.mjs')
const { typescriptFlags } = await import('./support/runtime.mjs')
// In the folder of whoever calls, so that the names of files mean what they mean there.
const args = [...typescriptFlags, file('uid2/main.ts'), ...process.argv.slice(2)]
process.exit(await runNode(args, { cwd: process.cwd() }))
