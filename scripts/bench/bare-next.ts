import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bareEnvironment, type Site, startSite } from '../../tests/support/site.ts'
import { spawnForTests } from '../../tests/support/spawn.ts'
import { bin, nodePath, root } from '../support/runtime.mjs'

/** What every Next app pays: a proxy that does nothing, a JSON route, a static and a dynamic page, of the site's sizes. */
const files = (sizes: { json: number; page: number }): Record<string, string> => ({
  'package.json': '{ "private": true, "type": "module" }',
  // Next would otherwise take the one of the folder above.
  'next.config.mjs': 'export default {}',
  'proxy.js': `import { NextResponse } from 'next/server'
export const proxy = () => NextResponse.next()`,
  'app/layout.jsx': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>',
  'app/api/health/route.js':
    'export const dynamic = "force-dynamic"; export const GET = () => Response.json({})',
  'app/api/json/route.js': `export const dynamic = 'force-dynamic'
export const GET = () => Response.json({ text: 'x'.repeat(${sizes.json}) }, { headers: { 'cache-control': 'no-store' } })`,
  'app/static/page.jsx': `export default () => <p>{'x'.repeat(${sizes.page})}</p>`,
  'app/dynamic/page.jsx': `import { cookies } from 'next/headers'
export default async () => <p>{'x'.repeat(${sizes.page}) + (await cookies()).size}</p>`,
})

/** Builds and starts it. `sizes`: characters of its JSON and of its pages. */
export async function startBareNext(sizes: { json: number; page: number }): Promise<Site> {
  const folder = join(root, 'test-results', 'bench', 'bare-next')
  rmSync(folder, { recursive: true, force: true })
  for (const [path, text] of Object.entries(files(sizes))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const building = spawnForTests(nodePath(), [bin.next, 'build'], { cwd: folder, env: bareEnvironment() })
  const code = await new Promise((resolve) => building.once('exit', resolve))
  if (code !== 0) throw new Error('The bare Next app did not build.')
  return startSite({ folder })
}
