import { describe, expect, it } from 'vitest'
import { projectFiles, read } from './project.ts'

const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }

/** Shell syntax of Linux and macOS that Windows lacks or reads differently. */
const shellWords: [what: string, pattern: RegExp][] = [
  [
    'a builtin or program of one system',
    /(^|[&|;]\s*)(exec|export|source|rm|cp|mv|mkdir|cat|sh|bash|env|test)\s/,
  ],
  ['a variable that is set in front of a command', /(^|[&|;]\s*)\w+=/],
  ['a variable, quotes, a second command or a file of one system', /[$'`\\;*<>]|\/dev\/|\|\||&\s*$/],
]

const broken = (line: string) => shellWords.filter(([, pattern]) => pattern.test(line)).map(([what]) => what)

/** Programs of packages, and npm, are command files on Windows: only a shell runs them. */
const byName =
  /\b(?:spawn|spawnSync|execFile|execFileSync|start|run|mustRun)\(\s*'(?:npm|npx|next|vitest|playwright|tsc)'/

describe('the scripts of package.json', () => {
  it('use only syntax that every shell reads alike', () => {
    for (const [name, line] of Object.entries(scripts))
      expect({ name, broken: broken(line) }).toEqual({ name, broken: [] })
  })

  it.each([
    'exec node scripts/start.mjs',
    'PORT=3001 node scripts/start.mjs',
    'rm -rf .next && next build',
    "node -e 'process.exit(1)'",
    'node scripts/x.mjs 2> /dev/null',
    'node scripts/x.mjs; true',
    'node scripts/x.mjs &',
    'node $npm_package_main',
  ])('may not contain: %s', (line) => {
    expect(broken(line)).not.toEqual([])
  })
})

describe('scripts and tests that run on Windows too', () => {
  const code = projectFiles.filter(
    (path) => /^(scripts|tests)\/.*\.(ts|mjs)$/.test(path) && path !== 'tests/architecture/scripts.test.ts',
  )
  const having = (pattern: RegExp) => code.filter((path) => pattern.test(read(path)))

  it('start no program of a package by its name', () => {
    expect(having(byName)).toEqual([])
  })

  it('take no path from a URL by its pathname, and import no file by its path', () => {
    expect(having(/new URL\([^)]*import\.meta\.url\)\.pathname/)).toEqual([])
    expect(having(/import\((?:file\)|path\)|join\()/)).toEqual([])
  })

  it('name no folder of one operating system', () => {
    expect(having(/['"`]\/(?:dev|tmp|usr|etc)\//)).toEqual([])
  })
})

it('every hook that builds the site has the long time-out, and every program that a test starts is ended', () => {
  const tests = projectFiles
    .filter((path) => /^tests\/.*\.ts$/.test(path))
    .map((path) => ({ path, text: read(path) }))
  const building = tests.filter(({ text }) => /beforeAll/.test(text) && /\bbuildVariant\(/.test(text))
  expect(building.length).toBeGreaterThan(1)
  expect(building.filter(({ text }) => !/\}, buildTimeoutMs\)/.test(text)).map(({ path }) => path)).toEqual(
    [],
  )
  const starting = tests.filter(({ text }) => /\[bin\.next, '(?:start|dev|build)'|'postgres', \[/.test(text))
  expect(starting.length).toBeGreaterThan(3)
  const loose = starting.filter(({ text }) => !/\bspawnForTests\(/.test(text)).map(({ path }) => path)
  // Ends its programs by itself, as groups.
  expect(loose).toEqual(['tests/integration/start.test.ts'])
})

it('text has the same line ends on every machine', () => {
  expect(read('.gitattributes')).toMatch(/^\* text=auto eol=lf$/m)
  expect(
    projectFiles.filter((path) => /\.(ts|mjs|md|json)$/.test(path) && read(path).includes('\r\n')),
  ).toEqual([])
})
