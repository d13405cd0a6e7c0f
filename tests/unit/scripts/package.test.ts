import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { version } from '#lib/uid2/version.ts'
import { allCallsMade, installPackedSdk, run } from '#tests/support/packed-sdk.ts'
import { bin, hostNode, nodePath, root } from '../../../scripts/support/runtime.mjs'

vi.setConfig({ testTimeout: 60_000 })

const { project, operator, installed } = await installPackedSdk()
afterAll(() => operator.close())

const nodes = [{ path: nodePath(), version: 'of the project' }, hostNode()].filter(
  (node) => node !== undefined,
)

// tests/soak/package.test.ts runs it on other runtimes, too.
describe('the package of lib/uid2, installed into an empty folder', () => {
  it('has no dependency, the version of lib/uid2/version.ts, and no source', () => {
    expect(readdirSync(join(project, 'node_modules'))).toEqual([
      '.package-lock.json',
      'uid2-reference-publisher-sdk',
    ])
    expect(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))).toMatchObject({
      version,
      sideEffects: false,
      license: 'MIT',
    })
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
    const sources = readdirSync(join(root, 'lib/uid2')).filter((name) => name.endsWith('.ts'))
    const compiled = sources.flatMap((name) => [name.replace('.ts', '.d.ts'), name.replace('.ts', '.js')])
    expect(readdirSync(join(installed, 'dist')).sort()).toEqual(compiled.sort())
  })

  it.concurrent.each(nodes)('generates, refreshes and validates on the Node $version', async ({ path }) => {
    expect(await run(project, path, ['main.mjs'])).toBe(allCallsMade)
  })

  it.concurrent.each([
    ['nodenext', 'Node'],
    ['bundler', 'a bundler'],
  ])('has types that the example of its README compiles with, resolved as %s', async (moduleResolution) => {
    const [, example = ''] =
      /^```ts\n([\s\S]*?)^```/m.exec(readFileSync(join(installed, 'README.md'), 'utf8')) ?? []
    const file = `${moduleResolution}.ts`
    writeFileSync(join(project, file), example)
    const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution
    const flags = ['--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom', '--types', '']
    const args = [bin.tsc, ...flags, '--module', module, '--moduleResolution', moduleResolution, file]
    expect(await run(project, nodePath(), args)).toBe('')
  })
})
