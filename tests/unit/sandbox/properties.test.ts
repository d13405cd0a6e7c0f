import fc from 'fast-check'
import { describe, it } from 'vitest'
import { properties } from './properties.ts'

// The same many times over: tests/soak/operator.test.ts.
describe('of the sandbox operator', () => {
  it.each(Object.entries(properties))('%s', (_, property) => fc.assert(property, { numRuns: 150 }))
})
