import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fingerprintOf, sources } from '../../scripts/support/build.mjs'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { bareEnvironment, collectOutput } from './site.ts'

/**
 * A production build of the site with pages added or files taken out, in a folder of its own below the
 * project, so that it uses the project's packages. Built again only when its sources have changed.
 */
export async function buildVariant(
  name: string,
  change: { addToApp?: string; remove?: string[] },
): Promise<string> {
  const folder = join(root, 'test-results', 'variants', name)
  const marker = join(folder, '.next', 'built-from')
  const fingerprint = fingerprintOf([
    ...sources,
    'package.json',
    ...(change.addToApp ? [change.addToApp] : []),
  ])
  if (existsSync(marker) && readFileSync(marker, 'utf8') === fingerprint) return folder
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  // A lockfile here would make this folder a root of its own, without packages.
  for (const source of [...sources, 'package.json'])
    if (source !== 'package-lock.json' && existsSync(join(root, source)))
      cpSync(join(root, source), join(folder, source), { recursive: true })
  // For what names a file in there by path; packages are found upwards anyway.
  symlinkSync(join('..', '..', '..', 'node_modules'), join(folder, 'node_modules'))
  for (const file of change.remove ?? []) rmSync(join(folder, file))
  if (change.addToApp) cpSync(join(root, change.addToApp), join(folder, 'app'), { recursive: true })
  const child = spawn(nodePath(), [bin.next, 'build'], { cwd: folder, env: bareEnvironment() })
  const log = collectOutput(child)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`The variant ${name} did not build:\n${log()}`)
  writeFileSync(marker, fingerprint)
  return folder
}
