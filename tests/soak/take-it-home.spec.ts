import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { expect, test } from '@playwright/test'
import { items } from '#lib/registry/items.ts'
import { startSandbox } from '../../scripts/example/sandbox.ts'
import { npm } from '../../scripts/support/npm.mjs'
import { nodePath, root } from '../../scripts/support/runtime.mjs'
import { useExample, waitUntilReady } from '../e2e/example-acts.ts'
import { newApp, writeFolder } from '../support/new-app.ts'
import { PageWatch } from '../support/page-watch.ts'
import { bareEnvironment, collectOutput, freePort, startSite } from '../support/site.ts'
import { spawnForTests } from '../support/spawn.ts'

const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>
  devDependencies: Record<string, string>
}

/** With its own next-auth in place, as create-next-app 16 sets up the rest. */
const packageJson = {
  scripts: { build: 'next build', start: 'next start', lint: 'eslint --max-warnings=0' },
  dependencies: Object.fromEntries(
    ['next', 'next-auth', 'react', 'react-dom'].map((name) => [name, own.dependencies[name]]),
  ),
  devDependencies: {
    '@types/node': '^24',
    '@types/react': '^19',
    '@types/react-dom': '^19',
    eslint: '^9',
    'eslint-config-next': own.dependencies.next,
    typescript: '5.9.3',
  },
  // A newer one lacks builds for some machines.
  overrides: { 'unrs-resolver': '1.12.2' },
}

/** As create-next-app 16 writes them. */
const settings = {
  'next.config.mjs': `
    const config = { cacheComponents: true, partialPrefetching: true }
    export default config`,
  'eslint.config.mjs': `
    import { defineConfig } from 'eslint/config'
    import nextVitals from 'eslint-config-next/core-web-vitals'
    import nextTs from 'eslint-config-next/typescript'
    export default defineConfig([...nextVitals, ...nextTs, { ignores: ['.next/**', 'next-env.d.ts'] }])`,
}

/** What a publisher writes: sign-in, a dynamic and a static page. */
const pages = {
  'app/layout.tsx': `
    export default function Layout({ children }: { children: React.ReactNode }) {
      return <html lang="en"><head><title>Publisher</title></head><body>{children}</body></html>
    }`,
  'app/page.tsx': `
    import { Suspense } from 'react'
    import { Ad } from '@/components/uid2/ad'
    import { Question } from '@/components/uid2/question'
    import { identity } from '@/lib/publisher/identity'
    // next-auth's own pages, which are no pages of Next.
    const [signIn, signOut] = ['/api/auth/signin', '/api/auth/signout']
    async function Reader() {
      const known = await identity().read()
      return <>
        {known.status === 'signed_out'
          ? <a href={signIn}>Sign in</a>
          : <><Question /><a href={signOut}>Sign out</a></>}
        <Ad identity={known} prebidServer={process.env.PREBID_SERVER_URL!} />
      </>
    }
    export default function Page() {
      return <main><Suspense><Reader /></Suspense></main>
    }`,
  'app/static/page.tsx': `
    import { Ad } from '@/components/uid2/ad'
    export default function Page() {
      return <main><Ad prebidServer={process.env.PREBID_SERVER_URL!} /></main>
    }`,
  'app/api/auth/[...nextauth]/route.ts': `
    import NextAuth from 'next-auth'
    import Credentials from 'next-auth/providers/credentials'
    import { withSessionIds } from '@/lib/publisher/session'
    const handler = NextAuth(withSessionIds({
      providers: [Credentials({
        credentials: { email: { label: 'E-mail', type: 'email' } },
        authorize: async (given) => given?.email ? { id: given.email.toLowerCase(), email: given.email } : null,
      })],
    }))
    export { handler as GET, handler as POST }`,
  // As the items' texts say.
  'lib/publisher/consent.ts': "export { consent } from './sql-consent'\n",
}

const policies = {
  imports: `
import { globalPrivacyControl } from '../policies/gpc'
import { consentSignals } from '../policies/signals'`,
  option: `
    policies: [globalPrivacyControl({ scope: 'account' }), consentSignals({ product: 'uid2' })],`,
}

for (const sourceFolder of ['src/', ''] as const)
  test(`every item, added by one command to a new app with its files in "${sourceFolder || '.'}", lints, builds and works`, async ({
    browser,
  }) => {
    const folder = mkdtempSync(join(tmpdir(), 'uid2-taken-'))
    writeFolder(folder, {
      ...newApp(packageJson, sourceFolder),
      ...settings,
      [`${sourceFolder}app/layout.tsx`]: pages['app/layout.tsx'],
    })
    const port = await freePort()
    const origin = `http://localhost:${port}`
    const sandbox = await startSandbox()
    const site = await startSite()
    const variables = {
      ...sandbox,
      NEXTAUTH_URL: origin,
      NEXTAUTH_SECRET: 'a secret of the test',
      COOKIE_PASSWORD: 'a password of at least 32 characters',
      CHOICES_PEPPER: 'a pepper of at least 32 characters !',
      DATABASE_URL: `file:${join(folder, 'uid2.db')}`,
    }
    const start = (...args: string[]) => {
      const [command, words, options] = npm(args)
      // better-sqlite3 crashes Node 20, which may be the machine's.
      const PATH = `${dirname(nodePath())}${delimiter}${process.env.PATH}`
      const env = { ...bareEnvironment(), ...variables, PATH, PORT: String(port) }
      const child = spawnForTests(command, words, { ...options, cwd: folder, env })
      return { child, log: collectOutput(child), ended: once(child, 'close') }
    }
    const run = async (...args: string[]) => {
      const { log, ended } = start(...args)
      expect((await ended)[0], log()).toBe(0)
    }

    const urls = Object.keys(items).map((name) => `${site.origin}/r/${name}.json`)
    await run('exec', '--yes', '--', 'shadcn@4.23.0', 'add', '--yes', ...urls)
    expect(readFileSync(join(folder, '.env.local'), 'utf8')).toContain('UID2_API_KEY=')
    await run('install', '--include=dev', '--ignore-scripts')
    for (const [path, text] of Object.entries(pages)) {
      mkdirSync(dirname(join(folder, sourceFolder, path)), { recursive: true })
      writeFileSync(join(folder, sourceFolder, path), text)
    }
    const identity = join(folder, sourceFolder, 'lib/publisher/identity.ts')
    const wired = readFileSync(identity, 'utf8')
      .replace("import 'server-only'", `import 'server-only'${policies.imports}`)
      .replace('    consent,\n', `    consent,${policies.option}\n`)
    expect(wired).toContain('policies: [')
    writeFileSync(identity, wired)
    await run('run', 'lint')
    await run('run', 'build')

    const { child } = start('run', 'start')
    await waitUntilReady(origin)
    await useExample(browser, origin, sandbox.UID2_BASE_URL ?? '', { withoutScript: false })

    await test.step('a static page has the token in its bid request, too', async () => {
      const context = await browser.newContext({ baseURL: origin })
      const watch = new PageWatch()
      watch.follow(context)
      const page = await context.newPage()
      await page.goto('/api/auth/signin')
      await page.getByLabel('E-mail').fill('static@example.com')
      await page.getByRole('button', { name: /^Sign in/ }).click()
      await page.goto('/')
      await page.getByRole('button', { name: 'Yes' }).click()
      await expect(page.getByRole('status')).toHaveText('available')
      await page.goto('/static')
      await expect(page.getByRole('status')).toHaveText('available')
      const ad = page.getByTitle('Advertisement').contentFrame()
      await expect(ad.getByText('Bought with your UID2')).toBeVisible()
      expect(watch.complaints()).toEqual([])
      await context.close()
    })
    child.kill()
    await site.stop()
  })
