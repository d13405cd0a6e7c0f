import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bareEnvironment } from '../../tests/support/site.ts'
import { spawnForTests } from '../../tests/support/spawn.ts'
import { firstLoadScript } from '../support/first-load.ts'
import { bin, nodePath, root } from '../support/runtime.mjs'
import { report } from './report.ts'

/** The script that every Next app with links loads: scripts/bytes.ts knows the number. */
const files = {
  'package.json': '{ "private": true, "type": "module" }',
  'next.config.mjs': 'export default {}',
  'app/layout.jsx': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>',
  'app/page.jsx': `import Link from 'next/link'
export default () => <Link href="/other">Other</Link>`,
  'app/other/page.jsx': `import { Back } from './back'
export default () => <Back />`,
  'app/other/back.jsx': `'use client'
import { useRouter } from 'next/navigation'
export function Back() { const router = useRouter(); return <button onClick={() => router.back()}>Back</button> }`,
}

const folder = join(root, 'test-results', 'bench', 'framework')
rmSync(folder, { recursive: true, force: true })
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
const building = spawnForTests(nodePath(), [bin.next, 'build'], { cwd: folder, env: bareEnvironment() })
const code = await new Promise((resolve) => building.once('exit', resolve))
if (code !== 0) throw new Error('The bare app did not build.')
report('A Next app with a link', [
  {
    name: 'first-load script, gzip',
    value: firstLoadScript(join(folder, '.next'), 'index') / 1000,
    unit: 'kB',
  },
])
