import fc from 'fast-check'
import { describe, it } from 'vitest'
import { properties } from '../unit/sandbox/properties.ts'

describe('the sandbox operator, with 20,000 random inputs each', () => {
  it.each(Object.entries(properties))('%s', (_, property) => fc.assert(property, { numRuns: 20_000 }))
})
