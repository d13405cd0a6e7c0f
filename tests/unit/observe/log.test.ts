import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { nodePath, root, typescriptFlags } from '../../../scripts/support/runtime.mjs'
import { bareEnvironment } from '../../support/site.ts'

it('S5: a line holds what the allow-list names, whatever it is given', () => {
  const log = JSON.stringify(pathToFileURL(join(root, 'lib/observe/log.ts')).href)
  const program = `
    import { logEvent } from ${log}
    const fields = { code: 'timeout', httpStatus: 500, ms: 7, count: 1, email: 'canary', token: 'canary', error: new Error('canary') }
    logEvent('warn', 'operator_call', fields)
    logEvent('info', 'store_up')`
  const printed = execFileSync(nodePath(), [...typescriptFlags, '--input-type=module', '-e', program], {
    cwd: root,
    env: bareEnvironment(),
  }).toString()
  expect(printed).not.toContain('canary')
  const lines = printed
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ time: _, ...line }) => line)).toEqual([
    { level: 40, event: 'operator_call', code: 'timeout', httpStatus: 500, ms: 7, count: 1 },
    { level: 30, event: 'store_up' },
  ])
})
