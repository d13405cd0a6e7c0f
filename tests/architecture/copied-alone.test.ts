import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { exampleNeeds, parts, writeNewApp } from '../support/new-app.ts'
import { filesIn, read } from './project.ts'

vi.setConfig({ testTimeout: 60_000 })

const app = join(root, 'test-results', 'copied-alone')

beforeAll(() => writeNewApp(app))

/** The errors of a compiler in everything that was copied. */
async function compile(tsc: string): Promise<string[]> {
  // A new app has only these of the type packages installed here.
  const types = ['--types', 'node,react,react-dom']
  const args = [tsc, '--noEmit', ...types, '--incremental', 'false', '--pretty', 'false']
  const child = spawn(nodePath(), args, { cwd: app, stdio: ['ignore', 'pipe', 'inherit'] })
  const closed = once(child, 'close')
  let output = ''
  for await (const chunk of child.stdout.setEncoding('utf8')) output += chunk
  const [code] = await closed
  // A compiler that does not start reports no line.
  return [...output.split('\n').filter(Boolean), ...(code === 0 ? [] : [`exit code ${code}`])]
}

// tests/soak/new-app.test.ts lints and builds such an app, too.
describe('copied alone into a new Next app', () => {
  it.each(parts)('$name ($files) needs $packages and nothing else', ({ files, packages }) => {
    const copied = filesIn(...files)
    expect(copied.length).toBeGreaterThanOrEqual(files.length)
    const has = (target: string) => copied.some(({ path }) => path === target)
    const packageOf = (source: string) => source.split('/', source.startsWith('@') ? 2 : 1).join('/')
    const missing = copied.flatMap(({ imports }) =>
      imports.flatMap(({ source, target }) => {
        if (target !== undefined) return has(target) ? [] : target
        return /^(node:|next$|react$|server-only$)/.test(packageOf(source)) ? [] : packageOf(source)
      }),
    )
    expect([...new Set(missing)].sort()).toEqual(packages)
  })

  it('the README of examples/minimal lists what the app needs of lib/, and its package.json the project’s versions', () => {
    const text = read('examples/minimal/README.md')
    const lists = /^1\.[\s\S]*?(?=^2\.)/m.exec(text)?.[0].match(/`lib\/[^`]+`/g)
    expect(lists).toEqual(exampleNeeds.map((path) => `\`${path}\``))
    const versions = (path: string) => {
      const { dependencies, devDependencies } = JSON.parse(read(path))
      return { ...dependencies, ...devDependencies }
    }
    expect(versions('package.json')).toMatchObject(versions('examples/minimal/package.json'))
  })

  it('no file of lib calls a function with the name of a React hook, for which React’s lint has rules', () => {
    const files = filesIn(...parts.flatMap(({ files }) => files)).filter(({ path }) =>
      path.startsWith('lib/'),
    )
    const callers = files.filter(({ text }) => /(?<![.\w])use(?:[A-Z]\w*)?\(/.test(text))
    expect(callers.map(({ path }) => path)).toEqual([])
  })

  it.concurrent.each([
    ['5.9', join(root, 'node_modules/typescript-5/bin/tsc')],
    ['7', bin.tsc],
  ])('all of it compiles with TypeScript %s and the settings of a new app', async (_, tsc) => {
    expect(await compile(tsc)).toEqual([])
  })
})
