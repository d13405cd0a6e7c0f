import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { bareEnvironment, type Site, startSite } from '../../tests/support/site.ts'
import { spawnForTests } from '../../tests/support/spawn.ts'
import { npm } from '../support/npm.mjs'
import { bin, nodePath, root } from '../support/runtime.mjs'

export interface NextApp {
  /** Its session is scripts/bench/apps/`name`.js. */
  name: string
  /** Characters of text in its JSON and in its pages. */
  sizes: { json: number; page: number }
  proxy: boolean
  env?: Record<string, string>
}

/** A small app: a JSON route with the session, a static and a dynamic page. */
const files = ({ sizes, proxy }: NextApp): Record<string, string> => ({
  'package.json': '{ "private": true, "type": "module" }',
  // Next would otherwise take the one of the folder above.
  'next.config.mjs': 'export default {}',
  ...(proxy && { 'proxy.js': `export { proxy } from './session.js'` }),
  'app/layout.jsx': 'export default ({ children }) => <html lang="en"><body>{children}</body></html>',
  'app/api/health/route.js':
    'export const dynamic = "force-dynamic"; export const GET = () => Response.json({})',
  'app/api/json/route.js': `import { read } from '../../../session.js'
export const dynamic = 'force-dynamic'
export async function GET(request) {
  const session = await read(request.nextUrl.searchParams.has('due'))
  const body = session ? { ...session, text: 'x'.repeat(${sizes.json}) } : { status: 'signed-out' }
  return Response.json(body, { headers: { 'cache-control': 'no-store' } })
}`,
  'app/api/sign-in/route.js': `import * as session from '../../../session.js'
export const dynamic = 'force-dynamic'
export async function GET(request) {
  await session.signIn(request.nextUrl.searchParams.get('email'), request)
  return new Response()
}`,
  'app/static/page.jsx': `export default () => <p>{'x'.repeat(${sizes.page})}</p>`,
  'app/dynamic/page.jsx': `import { cookies } from 'next/headers'
export default async () => <p>{'x'.repeat(${sizes.page}) + (await cookies()).size}</p>`,
})

const apps = join(root, 'test-results', 'bench', 'apps')
const sources = join(import.meta.dirname, 'apps')
const textOf = (path: string) => readFileSync(path, 'utf8')

/** Starts an app, built unless an earlier run built the same. Its packages are those of `installPeers` and the project's. */
export async function startNextApp(app: NextApp): Promise<Site> {
  const folder = join(apps, app.name)
  const texts = { ...files(app), 'session.js': textOf(join(sources, `${app.name}.js`)) }
  const packages = textOf(join(sources, 'package.json')) + textOf(join(root, 'package-lock.json'))
  const builtFrom = JSON.stringify([texts, createHash('sha256').update(packages).digest('hex')])
  const marker = join(folder, 'built-from.json')
  if (!existsSync(marker) || textOf(marker) !== builtFrom) {
    rmSync(folder, { recursive: true, force: true })
    for (const [path, text] of Object.entries(texts)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), text)
    }
    await run(nodePath(), [bin.next, 'build'], { cwd: folder, env: { ...bareEnvironment(), ...app.env } })
    writeFileSync(marker, builtFrom)
  }
  return startSite({ folder, ...(app.env && { env: app.env }) })
}

/**
 * Installs the packages of scripts/bench/apps/package.json where only the apps find them. Next and React are the
 * project's. Returns the version of each.
 */
export async function installPeers(): Promise<Record<string, string>> {
  const wanted = textOf(join(sources, 'package.json'))
  const file = join(apps, 'package.json')
  if (!existsSync(join(apps, 'node_modules', '.package-lock.json')) || textOf(file) !== wanted) {
    mkdirSync(apps, { recursive: true })
    writeFileSync(file, wanted)
    // Without peer dependencies: they would be a second Next.
    const flags = ['--legacy-peer-deps', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund']
    const [command, args, options] = npm(['install', '--loglevel=error', ...flags])
    await run(command, args, { ...options, cwd: apps })
  }
  return (JSON.parse(wanted) as { dependencies: Record<string, string> }).dependencies
}

async function run(command: string, args: string[], options: object): Promise<void> {
  const child = spawnForTests(command, args, { stdio: ['ignore', 'ignore', 'inherit'], ...options })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}.`)
}
