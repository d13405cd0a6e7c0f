import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Runs a command-line program, a file of scripts/, in a folder. Standard output is for the program's result
 * only, so messages of an installation go to standard error.
 */
export async function launch(main, cwd) {
  const { status } = spawnSync(process.execPath, [file('install.mjs')], { stdio: ['ignore', 2, 2] })
  if (status !== 0) {
    const error = { kind: 'installation', message: 'the project could not be installed' }
    if (process.argv.includes('--json')) console.log(JSON.stringify({ ok: false, error }, null, 2))
    // Exit code 1 would mean a negative result.
    process.exit(3)
  }
  const { runNode } = await import('../support/run.mjs')
  const { typescriptFlags } = await import('../support/runtime.mjs')
  process.exit(await runNode([...typescriptFlags, file(`../${main}`), ...process.argv.slice(2)], { cwd }))
}
