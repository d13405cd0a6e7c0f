import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { bin, nodePath, root } from '../../scripts/support/runtime.mjs'
import { filesIn, sourceFiles } from './project.ts'

const { default: config } = await import('../../next.config.mjs')

it('a build checks the types of all that it builds, and of no test', () => {
  expect(config.typescript).toEqual({ tsconfigPath: 'tsconfig.site.json' })
  const args = [bin.tsc, '-p', 'tsconfig.site.json', '--listFilesOnly']
  const { stdout, status } = spawnSync(nodePath(), args, { cwd: root, encoding: 'utf8' })
  expect(status).toBe(0)
  const listed = stdout.replaceAll('\\', '/').split('\n')
  const isChecked = ({ path }: { path: string }) => listed.some((file) => file.endsWith(`/${path}`))
  const site = filesIn('app', 'lib', 'proxy.ts', 'instrumentation.ts', 'next.config.mjs')
  expect(site.length).toBeGreaterThan(100)
  expect(site.filter((file) => !isChecked(file)).map(({ path }) => path)).toEqual([])
  const others = sourceFiles.filter(({ path }) => /^(tests|scripts)\//.test(path))
  expect(others.filter(isChecked).map(({ path }) => path)).toEqual([])
})
