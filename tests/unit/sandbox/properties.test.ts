import fc from 'fast-check'
import { describe, it } from 'vitest'
import { properties } from './properties.ts'

// More runs: tests/soak/operator.test.ts.
describe('the sandbox operator', () => {
  it.each(Object.entries(properties))('%s', (_, property) => fc.assert(property, { numRuns: 150 }))
})
