import { describe, expect, it } from 'vitest'
import { filesIn, reachableFrom, type SourceFile, sourceFile, sourceFiles } from './project.ts'

/** Files of the guarded folders that a browser may load, each with the reason. */
const clientSafe: Record<string, string> = {
  'lib/identity/public.ts': 'types of what crosses to the browser; nothing at run time',
  'lib/choices/wording.ts': 'the question as pages show it',
}

const guarded = ['identity', 'auth', 'choices', 'database', 'env', 'observe', 'sandbox'].map(
  (name) => `lib/${name}`,
)
const isServerOnly = ({ firstImport }: SourceFile) => firstImport === 'server-only'
const isAction = ({ directive }: SourceFile) => directive === 'use server'
const clientFiles = sourceFiles.filter(({ directive }) => directive === 'use client')

describe('N20: what holds secrets cannot reach the browser', () => {
  it.each(guarded)('every file of %s begins with server-only, save a short list', (folder) => {
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

  it('there are client files to guard', () => {
    expect(clientFiles.length).toBeGreaterThan(5)
  })

  it.each(clientFiles.map(({ path }) => path))('%s loads no server file and no protocol code', (path) => {
    const leaks = [...reachableFrom(path, isAction)].filter(([reached]) => {
      const file = sourceFile(reached)
      return file !== undefined && !isAction(file) && (isServerOnly(file) || reached.startsWith('lib/uid2/'))
    })
    expect(leaks.map(([, chain]) => chain.join(' → '))).toEqual([])
  })

  it('lib/ads loads no server file either, whoever imports it', () => {
    const leaks = filesIn('lib/ads').flatMap(({ path }) =>
      [...reachableFrom(path, isAction).keys()].filter((reached) => /^lib\/(?!ads\/)/.test(reached)),
    )
    expect(leaks).toEqual([])
  })

  it('the environment is read in one place', () => {
    const readers = filesIn('app', 'lib', 'proxy.ts', 'instrumentation.ts')
      .filter(({ text }) => /process\.env(?!\.NODE_ENV\b|\.NEXT_RUNTIME\b)/.test(text))
      .map(({ path }) => path)
    // next-auth knows its origin from nowhere else than the environment.
    expect(readers).toEqual(['lib/auth/next-auth.ts', 'lib/env/server.ts'])
  })

  it('next.config.mjs hands no variable to the browser', () => {
    expect(sourceFile('next.config.mjs')?.text).not.toMatch(/\benv\s*:|publicRuntimeConfig|NEXT_PUBLIC_/)
  })
})

describe('N7: one writer, one reader', () => {
  const users = (pattern: RegExp) =>
    filesIn('app', 'lib', 'proxy.ts')
      .filter(({ text }) => pattern.test(text))
      .map(({ path }) => path)

  it('only lib/identity/write.ts uses the attributes of the identity cookie', () => {
    expect(users(/\bidentityCookieAttributes\b/)).toEqual(['lib/identity/cookie.ts', 'lib/identity/write.ts'])
  })

  it('only the writer and the sign-out set or delete a cookie', () => {
    const mutation = /(\bcookies\b(\(\)\))?|\bjar)\s*\.(set|delete)\(/
    // next-auth's own, for a step that it does within a request of ours, and what such a step answers.
    const signIn = ['lib/auth/next-auth.ts', 'lib/identity/sign-in-api.ts']
    expect(users(mutation)).toEqual([...signIn, 'lib/identity/sign-out.ts', 'lib/identity/write.ts'])
    expect(users(/['"]set-cookie['"]/i)).toEqual(['lib/identity/auth-route.ts'])
  })

  it('only one module seals and opens', () => {
    expect(users(/from 'iron-session'/)).toEqual(['lib/identity/seal.ts'])
  })

  it('only one module decodes the session, and none by getToken, which takes Authorization too', () => {
    // The other seals what waits for a link or a code, by another key.
    expect(users(/from 'next-auth\/jwt'/)).toEqual(['lib/auth/proof/pending.ts', 'lib/auth/session.ts'])
    expect(users(/\bgetToken\s*\(|\bwithAuth\b/)).toEqual([])
  })
})

describe('state is changed by few doors', () => {
  it('N11: server actions are in one file, and each checks the origin', () => {
    const files = filesIn('app', 'lib').filter(({ text }) => /^\s*['"]use server['"]/m.test(text))
    expect(files.map(({ path }) => path)).toEqual(['app/(account)/actions.ts'])
    const text = files[0]?.text ?? ''
    expect(text.match(/isSameOrigin\(/g)).toHaveLength(text.match(/^export async function /gm)?.length ?? -1)
  })

  it('S4: no page and no GET handler is among them: a layout or page imports no writer', () => {
    const pages = filesIn('app').filter(({ path }) => /\/(page|layout)\.tsx$/.test(path))
    const writers = pages.filter(({ imports }) =>
      imports.some(({ target }) =>
        /^lib\/identity\/(write|advance|choose|sign-out|flights)\.ts$/.test(target ?? ''),
      ),
    )
    expect(writers.map(({ path }) => path)).toEqual([])
  })
})
