import { afterEach, expect, it, vi } from 'vitest'
import { variables } from '#lib/env/variables.ts'
import { bareEnvironment } from '../../support/site.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

it('no variable of the shell that runs the tests reaches a site of the tests', () => {
  const own = [...Object.keys(variables), 'AUTH_SECRET', 'AUTH_TRUST_HOST', 'NEXT_RUNTIME', 'UID2_UNKNOWN']
  for (const name of [...own, 'UNRELATED']) vi.stubEnv(name, 'set')
  const names = Object.keys(bareEnvironment())
  expect(names.filter((name) => own.includes(name))).toEqual([])
  expect(names).toContain('UNRELATED')
})
