import { describe, expect, it } from 'vitest'
import { tokenToPrebid } from '#tests/support/new-app.ts'
import { filesIn, type Import, parse, reachableFrom, read, sourceFile, sourceFiles } from './project.ts'

/** What each part of lib/ may import, beside packages and its own files. */
const arrows: Record<string, string[]> = {
  uid2: [],
  shared: [],
  env: ['shared'],
  observe: ['uid2', 'env', 'shared'],
  database: ['env', 'shared', 'observe'],
  identity: ['uid2'],
  policies: ['identity'],
  consent: ['identity', 'database', 'env', 'shared', 'observe'],
  http: ['identity', 'env', 'shared'],
  // Claims and hashes share one rule for what an address is.
  auth: ['uid2', 'identity', 'database', 'env', 'shared', 'observe'],
  site: [
    ...['uid2', 'identity', 'policies', 'consent', 'http', 'auth'],
    ...['database', 'env', 'shared', 'observe'],
  ],
  ads: ['identity'],
  sandbox: ['shared'],
  registry: [],
}

/** Of these, a part may import only types. */
const typesAlone: Record<string, string[]> = {
  policies: ['identity'],
  consent: ['identity'],
  auth: ['identity'],
  ads: ['identity'],
}

const part = (path: string) => /^lib\/([^/]+)\//.exec(path)?.[1]

const offences = (paths: string[], isWrong: (target: string, it: Import, path: string) => boolean) =>
  filesIn(...paths).flatMap(({ path, imports }) =>
    imports
      .filter((it) => it.target !== undefined && isWrong(it.target, it, path))
      .map((it) => `${path} → ${it.target}`),
  )

describe('imports go in one direction', () => {
  it('parse reads imports, re-exports and dynamic imports, and separates types from values', () => {
    const { imports, firstImport } = parse(
      'lib/ads/x.ts',
      `import type { A } from './a.ts'
       import { type B } from '../b.ts'
       export * from '#lib/c.ts'
       export type { D } from './d.ts'
       const e = await import('./e.ts')
       import 'package'`,
    )
    expect(imports.map(({ target, typeOnly }) => [target, typeOnly])).toEqual([
      ['lib/ads/a.ts', true],
      ['lib/b.ts', false],
      ['lib/c.ts', false],
      ['lib/ads/d.ts', true],
      [undefined, false],
      ['lib/ads/e.ts', false],
    ])
    expect(firstImport).toBe('./a.ts')
  })

  it('the list names every part of lib/', () => {
    expect([...new Set(filesIn('lib').map(({ path }) => part(path)))].sort()).toEqual(
      Object.keys(arrows).sort(),
    )
  })

  it.each(Object.entries(arrows))('lib/%s imports %j and nothing else of ours', (name, allowed) => {
    const wrong = offences([`lib/${name}`], (target, { typeOnly }) => {
      const other = part(target)
      if (other === name) return false
      if (other === undefined || !allowed.includes(other)) return true
      return typesAlone[name]?.includes(other) === true && !typeOnly
    })
    expect(wrong).toEqual([])
  })

  it('lib/ads imports of lib/identity only what crosses to the browser', () => {
    const wrong = offences(
      ['lib/ads'],
      (target) => part(target) === 'identity' && target !== 'lib/identity/public-identity.ts',
    )
    expect(wrong).toEqual([])
  })

  it('lib/identity imports only iron-session, Next and Node', () => {
    const packages = filesIn('lib/identity').flatMap(({ imports }) =>
      imports.filter(({ target }) => target === undefined).map(({ source }) => source),
    )
    const known = /^(iron-session|next\/(server|headers)|server-only|node:\w+(\/\w+)?)$/
    expect(packages.filter((name) => !known.test(name))).toEqual([])
  })

  it('app/ imports lib/ and itself, the proxy and instrumentation only lib/site and lib/http', () => {
    expect(offences(['app'], (target) => !/^(app|lib)\//.test(target))).toEqual([])
    expect(
      offences(['proxy.ts', 'instrumentation.ts'], (target) => !/^lib\/(site|http)\//.test(target)),
    ).toEqual([])
  })

  it('scripts/ and tests/ are imported by no other file', () => {
    expect(
      offences(['app', 'lib', 'proxy.ts', 'instrumentation.ts'], (t) => /^(scripts|tests)\//.test(t)),
    ).toEqual([])
  })

  it('every import of a project file leads to a file', () => {
    const missing = sourceFiles.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target && /\.(ts|tsx|mjs)$/.test(target) && !sourceFile(target))
        // The probe is copied below app/ before it is built.
        .filter(() => !path.startsWith('tests/support/probe/'))
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(missing).toEqual([])
  })

  it('imports inside lib/ are relative and without an ending, which any Next app accepts', () => {
    const others = filesIn('lib').flatMap(({ path, imports }) =>
      imports
        .filter(({ source }) => /^#|^\..*\.tsx?$/.test(source))
        .map(({ source }) => `${path}: ${source}`),
    )
    expect(others).toEqual([])
  })

  it('no file is part of a cycle', () => {
    const done = new Set<string>()
    const cycles: string[] = []
    const visit = (path: string, trail: string[]) => {
      if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      if (done.has(path)) return
      done.add(path)
      for (const { target } of sourceFile(path)?.imports ?? [])
        if (target && sourceFile(target)) visit(target, [...trail, path])
    }
    for (const { path } of sourceFiles) visit(path, [])
    expect(cycles).toEqual([])
  })
})

describe('the parts of lib/ads can be left out', () => {
  /** What each part may import of the others, beside the helpers and types in lib/ads itself. */
  const parts: Record<string, string[]> = {
    'token-store': [],
    consent: ['token-store'],
    prebid: ['token-store', 'consent'],
    slots: ['token-store', 'consent', 'prebid'],
    google: ['token-store', 'consent', 'slots'],
    server: [],
  }
  const partOf = (path: string) => /^lib\/ads\/([^/]+)\//.exec(path)?.[1]

  it('the list names every part', () => {
    const folders = filesIn('lib/ads').flatMap(({ path }) => partOf(path) ?? [])
    expect([...new Set(folders)].sort()).toEqual(Object.keys(parts).sort())
  })

  it.each(Object.entries(parts))('lib/ads/%s imports %j and no other part', (name, allowed) => {
    const wrong = offences([`lib/ads/${name}`], (target) => {
      const other = partOf(target)
      return other !== undefined && other !== name && !allowed.includes(other)
    })
    expect(wrong).toEqual([])
  })

  it('the token store imports nothing but its own files and the types that cross to the browser', () => {
    const wrong = offences(
      ['lib/ads/token-store'],
      (target) => !/^lib\/(ads\/token-store\/|identity\/public-identity\.ts$)/.test(target),
    )
    expect(wrong).toEqual([])
  })

  it('at most six files give the token to Prebid and clear it', () => {
    const reached = [...reachableFrom('lib/ads/prebid/prebid-token.ts', true).keys()]
    const files = new Set([...reached, ...reachableFrom('lib/ads/token-store/token-store.ts', true).keys()])
    expect([...files].sort()).toEqual([...tokenToPrebid].sort())
    expect(files.size).toBeLessThanOrEqual(6)
    const docs = read('docs/channels.md')
    expect(tokenToPrebid.filter((path) => !docs.includes(path))).toEqual([])
  })

  it('the files that they share import no part at run time', () => {
    // These connect the parts in a page of this site.
    const wiring = /^lib\/ads\/page-/
    const shared = filesIn('lib/ads').filter(({ path }) => !partOf(path) && !wiring.test(path))
    const wrong = shared.flatMap(({ path, imports }) =>
      imports
        .filter(({ target = '', typeOnly }) => !typeOnly && partOf(target) !== undefined)
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('lib/uid2 can be copied alone', () => {
  it('imports nothing from outside its folder', () => {
    const outside = filesIn('lib/uid2').flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => !target?.startsWith('lib/uid2/'))
        .map(({ source }) => `${path} → ${source}`),
    )
    expect(outside).toEqual([])
  })

  it('uses no global of Node', () => {
    const users = filesIn('lib/uid2').filter(({ text }) => /\b(process\.|Buffer\.|require\()/.test(text))
    expect(users.map(({ path }) => path)).toEqual([])
  })

  it('is imported only by the core, its wiring, the sign-in, the names of log errors, scripts/ and tests/', () => {
    const others = offences(['app', 'lib', 'proxy.ts', 'instrumentation.ts'], (target, _, path) => {
      return target.startsWith('lib/uid2/') && !/^lib\/(uid2|identity|site|auth|observe)\//.test(path)
    })
    expect(others).toEqual([])
  })
})
