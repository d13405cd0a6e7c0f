import { describe, expect, it } from 'vitest'
import { projectFiles, read } from './project.ts'

const topLevel = [
  'app lib public examples tests docs scripts proxy.ts instrumentation.ts next.config.mjs package.json',
  'tsconfig.json tsconfig.site.json',
  'playwright.config.ts vitest.config.ts .env.local.example README.md LICENSE .ci',
  // At the top level because tools look for them there.
  'package-lock.json postcss.config.mjs biome.json knip.json .gitignore .gitattributes .npmrc',
].flatMap((line) => line.split(' '))

const code = projectFiles.filter((path) =>
  /^(app|lib|examples|scripts|tests)\/.*\.(ts|tsx|mjs|css)$/.test(path),
)
const lines = (path: string) => read(path).trimEnd().split('\n').length

describe('the layout', () => {
  it('has only the listed names at the top level', () => {
    const names = new Set(projectFiles.map((path) => path.split('/')[0] ?? path))
    expect([...names].filter((name) => !topLevel.includes(name))).toEqual([])
  })

  it('has no file of more than 300 lines', () => {
    expect(code.filter((path) => lines(path) > 300)).toEqual([])
  })

  it('has no file with a vague name such as utils', () => {
    expect(projectFiles.filter((path) => /(^|\/)(utils?|helpers?|misc)(\.|\/|$)/i.test(path))).toEqual([])
  })

  it('keeps the proxy and each route handler within 40 lines', () => {
    const wiring = projectFiles.filter((path) => path === 'proxy.ts' || /^app\/.*\/route\.ts$/.test(path))
    expect(wiring.length).toBeGreaterThan(5)
    expect(wiring.filter((path) => lines(path) > 40)).toEqual([])
  })
})

describe('no trace of a development machine', () => {
  const home = ['work', 'root', 'home', 'Users', 'tmp'].join('|')
  const machinePath = new RegExp(`(?<![\\w.}~-])/(${home})/[\\w.-]`)
  const registry = /(registry\.(?!npmjs\.org)[\w-]+\.|\b(artifactory|nexus|verdaccio)\b|_authToken)/i
  // The lockfile is npm's own; fonts and pictures are not text.
  const texts = projectFiles.filter(
    (path) => path !== 'package-lock.json' && !/\.(woff2?|png|jpe?g|ico|webp|pdf|gz)$/.test(path),
  )
  const naming = (pattern: RegExp) => texts.filter((path) => pattern.test(read(path)))

  it('no file names a path of one machine', () => {
    expect(`see ${['', 'home', 'me', 'x.md'].join('/')}`).toMatch(machinePath)
    expect(naming(machinePath)).toEqual([])
  })

  it('no file names a registry other than npm’s', () => {
    expect(naming(registry)).toEqual(['tests/architecture/layout.test.ts'])
  })

  it('no file with values for the environment is kept (N20)', () => {
    expect(projectFiles.filter((path) => /(^|\/)\.env(?!\.local\.example$)/.test(path))).toEqual([])
  })
})
