import { describe, expect, it } from 'vitest'
import { filesIn, reachableFrom, read, type SourceFile, sourceFile, sourceFiles } from './project.ts'

/** Files of the guarded folders that a browser may load, each with the reason. */
const clientSafe: Record<string, string> = {
  'lib/identity/public-identity.ts': 'types of what crosses to the browser; nothing at run time',
  'lib/identity/types.ts': 'types; nothing at run time',
  'lib/consent/store.ts': 'types; nothing at run time',
  'lib/consent/wording.ts': 'the question as pages show it',
}

const guarded = [
  ...['identity', 'policies', 'consent', 'http', 'site', 'auth'],
  ...['database', 'env', 'observe', 'registry', 'sandbox'],
].map((name) => `lib/${name}`)
const isServerOnly = ({ firstImport }: SourceFile) => firstImport === 'server-only'
const clientFiles = sourceFiles.filter(({ directive }) => directive === 'use client')

describe('what holds secrets cannot reach the browser (N20)', () => {
  it.each(guarded)('every file of %s begins with server-only, except a short list', (folder) => {
    const open = filesIn(folder).filter((file) => !isServerOnly(file) && !(file.path in clientSafe))
    expect(open.map(({ path }) => path)).toEqual([])
  })

  it('the short list holds only files that exist and need to be on it', () => {
    for (const path of Object.keys(clientSafe)) {
      const file = sourceFile(path)
      expect(file, path).toBeDefined()
      expect(file && isServerOnly(file), path).toBe(false)
    }
  })

  it('there are client files to check', () => {
    expect(clientFiles.length).toBeGreaterThan(5)
  })

  it.each(clientFiles.map(({ path }) => path))('%s loads no server file and no protocol code', (path) => {
    const leaks = [...reachableFrom(path)].filter(([reached]) => {
      const file = sourceFile(reached)
      return file !== undefined && (isServerOnly(file) || reached.startsWith('lib/uid2/'))
    })
    expect(leaks.map(([, chain]) => chain.join(' → '))).toEqual([])
  })

  it('no file of lib/ads imports a server file', () => {
    const leaks = filesIn('lib/ads').flatMap(({ path }) =>
      [...reachableFrom(path).keys()].filter((reached) => /^lib\/(?!ads\/)/.test(reached)),
    )
    expect(leaks).toEqual([])
  })

  it('Prebid, which needs a window, is imported at the top of one file, and that only dynamically (P5)', () => {
    const users = filesIn('app', 'lib').filter(({ text }) => /['"]prebid\.js/.test(text))
    expect(users.map(({ path }) => path)).toContain('lib/ads/prebid/prebid-loader.ts')
    const early = users.filter(({ text }) => /^(import|export) (?!type\b)[^(]*?['"]prebid\.js/m.test(text))
    expect(early.map(({ path }) => path)).toEqual(['lib/ads/prebid/prebid-base.ts'])
    const naming = filesIn('app', 'lib').filter(({ text }) => text.includes('/prebid-base'))
    expect(naming.map(({ path }) => path)).toEqual(['lib/ads/prebid/import-prebid.ts'])
    expect(naming[0]?.text).not.toMatch(/from ['"]\.\/prebid-base/)
  })

  it('only the sandbox reads what Google’s tag stores: its form is undocumented (G7)', () => {
    const readers = filesIn('app', 'lib').filter(({ text }) => text.includes('_GESPSK'))
    expect(readers.map(({ path }) => path)).toEqual(['lib/sandbox/cdn/gpt-signals.ts'])
  })

  it('only four files read the environment', () => {
    const readers = filesIn('app', 'lib', 'proxy.ts', 'instrumentation.ts')
      .filter(({ text }) => /process\.env(?!\.NODE_ENV\b|\.NEXT_RUNTIME\b)/.test(text))
      .map(({ path }) => path)
    expect(readers).toEqual([
      // next-auth reads its origin from nowhere else.
      'lib/auth/next-auth.ts',
      // Compares it with the .env files.
      'lib/env/env-files.ts',
      'lib/env/env.ts',
      // Node itself reads NO_PROXY there.
      'lib/shared/bypass-proxy.mjs',
    ])
  })

  it('next.config.mjs hands no variable to the browser', () => {
    expect(sourceFile('next.config.mjs')?.text).not.toMatch(/\benv\s*:|publicRuntimeConfig|NEXT_PUBLIC_/)
  })
})

describe('cookies and the session have one writer and one reader (N7)', () => {
  const users = (pattern: RegExp) =>
    filesIn('app', 'lib', 'proxy.ts')
      .filter(({ text }) => pattern.test(text))
      .map(({ path }) => path)

  it('only the writer and the sign-out set or delete a cookie', () => {
    const mutation = /(\bcookies\b(\(\)\))?|\bjar)\s*\.(set|delete)\(/
    // The sign-in writes next-auth's cookies and the one of a pending proof.
    const signIn = ['lib/auth/next-auth.ts', 'lib/site/sign-in-route.ts']
    const writers = [...signIn, 'lib/identity/cookie.ts', 'lib/site/sign-out.ts']
    expect(users(mutation).sort()).toEqual(writers.sort())
    for (const path of signIn) expect(users(/\bcookie\.name\b|\bidentityCookie\b/)).not.toContain(path)
    // The sandbox's exchange stands for another company, with a cookie of its own.
    expect(users(/['"]set-cookie['"]/i)).toEqual(['lib/sandbox/exchange/web.ts'])
  })

  it('only one module seals and opens identities', () => {
    expect(users(/from 'iron-session'/)).toEqual(['lib/identity/cookie.ts'])
  })

  it('only one module decodes the session, and none with getToken, which also accepts Authorization', () => {
    // A pending proof is sealed the same way, with a salt of its own.
    expect(users(/from 'next-auth\/jwt'/)).toEqual(['lib/auth/proof/pending-proof.ts', 'lib/auth/session.ts'])
    expect(users(/\bgetToken\s*\(|\bwithAuth\b/)).toEqual([])
  })
})

describe('the sign-in can be replaced (docs/sign-in/your-own.md)', () => {
  const signIn =
    /^(app\/\(account\)\/sign-in\/|app\/api\/(auth|sign-in)\/|lib\/site\/(auth-route|sign-in-route)\.ts$)/
  const others = filesIn('app', 'lib', 'proxy.ts', 'instrumentation.ts').filter(
    ({ path }) => !path.startsWith('lib/auth/') && !signIn.test(path),
  )

  it('of the sign-in, other code imports only current-reader.ts', () => {
    const uses = others.flatMap(({ path, imports }) =>
      imports
        .filter(({ target = '' }) => target.startsWith('lib/auth/') || signIn.test(target))
        .filter(({ target }) => target !== 'lib/auth/current-reader.ts')
        .map(({ target }) => `${path} → ${target}`),
    )
    // The client's address is about the connection, not about the reader.
    expect(uses).toEqual([
      'app/(lab)/patterns/server-to-server/page.tsx → lib/auth/client-address.ts',
      'lib/site/boot.ts → lib/auth/client-address.ts',
    ])
  })

  it('the files that the page says to delete exist, and no remaining file imports them', () => {
    const deleting = read('docs/sign-in/your-own.md').match(/^git rm .*$/gm) ?? []
    const gone = deleting.flatMap((line) => line.match(/(?:app|lib)\/[^\s']+/g) ?? [])
    expect(gone.length).toBeGreaterThan(10)
    const isGone = (path: string) => gone.some((each) => path === each || path.startsWith(`${each}/`))
    expect(gone.filter((each) => filesIn(each).length === 0)).toEqual([])
    const uses = filesIn('app', 'lib', 'proxy.ts', 'instrumentation.ts')
      // This one is replaced.
      .filter(({ path }) => !isGone(path) && path !== 'lib/auth/current-reader.ts')
      .flatMap(({ path, imports }) => imports.map(({ target = '' }) => ({ path, target })))
      .filter(({ target }) => isGone(target))
    expect(uses.map(({ path, target }) => `${path} → ${target}`)).toEqual([])
  })
})

describe('state changes in few places', () => {
  it('there are no server actions: their ids change with each build (N24)', () => {
    const files = filesIn('app', 'lib').filter(({ text }) => /^\s*['"]use server['"]/m.test(text))
    expect(files.map(({ path }) => path)).toEqual([])
  })

  it('what renders imports only read functions of lib/site (S4)', () => {
    const renderers = filesIn('app').filter(({ path }) => path.endsWith('.tsx'))
    const uses = renderers.flatMap(({ path, imports }) =>
      imports
        .filter(({ target, typeOnly }) => !typeOnly && /^lib\/(site|identity|consent)\//.test(target ?? ''))
        .filter(
          ({ target = '' }) => !/^lib\/(site\/(page-data|masked-name)|consent\/wording)\.ts$/.test(target),
        )
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(uses).toEqual([])
  })
})
