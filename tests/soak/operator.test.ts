import fc from 'fast-check'
import { describe, it } from 'vitest'
import { properties } from '../unit/sandbox/properties.ts'

describe('of the sandbox operator', () => {
  it.each(Object.entries(properties))('20000 times: %s', (_, property) =>
    fc.assert(property, { numRuns: 20_000 }),
  )
})
