import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { npm } from '../../scripts/support/npm.mjs'
import { read } from '../architecture/project.ts'
import { parts, writeNewApp } from '../support/new-app.ts'
import { spawnForTests } from '../support/spawn.ts'

/** ESLint's settings as create-next-app 16 writes them. */
const eslint = `
import { defineConfig } from 'eslint/config'
import nextVitals from 'eslint-config-next/core-web-vitals'
import nextTs from 'eslint-config-next/typescript'

export default defineConfig([...nextVitals, ...nextTs, { ignores: ['.next/**', 'next-env.d.ts'] }])
`

/** The core, mounted as briefly as possible, with the settings of new apps. */
const mounts: Record<string, string> = {
  'next.config.mjs': `
    const config = { cacheComponents: true, partialPrefetching: true }
    export default config`,
  'eslint.config.mjs': eslint,
  'site.ts': `
    import { createMemoryStore } from './lib/consent/memory'
    import { createIdentity } from './lib/identity/create-identity'
    import { globalPrivacyControl } from './lib/policies/gpc'
    import { createUid2Client } from './lib/uid2'

    const operator = { baseUrl: 'http://127.0.0.1:9', apiKey: 'key', clientSecret: btoa('0'.repeat(32)) }
    export const identity = createIdentity({
      client: createUid2Client(operator),
      cookie: { name: 'uid2', secure: false, passwords: ['a password of at least 32 characters'] },
      session: async () => null,
      consent: createMemoryStore(),
      policies: [globalPrivacyControl({ scope: 'account' })],
    })`,
  'proxy.ts': `
    import { identity } from './site'
    export const proxy = identity.proxy
    export const config = { matcher: '/' }`,
  'app/api/identity/route.ts': `
    import { identity } from '../../../site'
    export const { GET, POST } = identity.route`,
  'app/layout.tsx': `
    export default function Layout({ children }: { children: React.ReactNode }) {
      return <html lang="en"><body>{children}</body></html>
    }`,
  'app/page.tsx': `
    import { Suspense } from 'react'
    import { identity } from '../site'
    async function Status() {
      return <p>{(await identity.read()).status}</p>
    }
    export default function Page() {
      return <Suspense><Status /></Suspense>
    }`,
}

const folder = mkdtempSync(join(tmpdir(), 'uid2-new-app-'))

async function run(...command: ReturnType<typeof npm>): Promise<string> {
  const [program, args, options] = command
  const child = spawnForTests(program, args, {
    ...options,
    cwd: folder,
    env: { ...process.env, NODE_ENV: 'production' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  const code = await new Promise((resolve) => child.on('close', resolve))
  return code === 0 ? '' : output
}

beforeAll(async () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >
  const own = ['next', 'react', 'react-dom', ...parts.flatMap(({ packages }) => packages)]
  writeNewApp(folder, {
    dependencies: Object.fromEntries(own.map((name) => [name, dependencies[name]])),
    devDependencies: {
      '@types/google-publisher-tag': devDependencies['@types/google-publisher-tag'],
      '@types/node': '^24',
      '@types/react': '^19',
      '@types/react-dom': '^19',
      eslint: '^9',
      'eslint-config-next': dependencies.next,
      typescript: '5.9.3',
    },
    // A newer one lacks builds for some machines.
    overrides: { 'unrs-resolver': '1.12.2' },
  })
  for (const [path, text] of Object.entries(mounts)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  expect(await run(...npm(['install', '--include=dev', '--no-audit', '--no-fund']))).toBe('')
}, 300_000)

it.each([
  ['lints', ['exec', 'eslint', '--', '--max-warnings=0']],
  ['builds', ['exec', 'next', 'build']],
])('a new Next app with copies of these folders %s', async (_, args) => {
  expect(await run(...npm(args))).toBe('')
})
