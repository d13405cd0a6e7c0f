import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../lib/uid2/version.ts'
import { nameEndings } from '../support/name-endings.mjs'
import { npm } from '../support/npm.mjs'
import { bin, nodePath, root } from '../support/runtime.mjs'

/** Before you publish: a name of your own. */
export const packageName = 'uid2-reference-publisher-sdk'

const manifest = {
  name: packageName,
  version,
  description: 'A server-side UID2 and EUID client for publishers, on web platform APIs only.',
  keywords: ['uid2', 'euid', 'advertising', 'identity'],
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  types: './dist/index.d.ts',
  files: ['dist'],
  engines: { node: '>=20' },
}

/** Compiles lib/uid2 and packs it into a folder. Returns the path of the tarball. */
export async function pack(folder: string): Promise<string> {
  const contents = join(folder, 'package')
  rmSync(contents, { recursive: true, force: true })
  mkdirSync(contents, { recursive: true })
  const dist = join(contents, 'dist')
  run(root, nodePath(), [bin.tsc, '-p', 'scripts/package', '--outDir', dist])
  nameEndings(dist)
  writeFileSync(join(contents, 'package.json'), JSON.stringify(manifest, null, 2))
  cpSync(join(root, 'scripts/package/README.md'), join(contents, 'README.md'))
  cpSync(join(root, 'LICENSE'), join(contents, 'LICENSE'))
  run(folder, ...npm(['pack', './package']))
  return join(folder, `${packageName}-${version}.tgz`)
}

function run(cwd: string, command: string, args: string[], options: { shell?: boolean } = {}): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', ...options })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stdout}${stderr}`)
}
