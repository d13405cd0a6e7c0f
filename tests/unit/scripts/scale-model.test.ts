import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  callsPerHour,
  callsPerRenewal,
  renewalsPerHour,
  simulateCallsPerHour,
} from '../../../scripts/bench/scale-model.ts'
import { randomFrom } from '../../support/random.ts'

const load = fc.record({
  instances: fc.integer({ min: 1, max: 200 }),
  viewsPerHour: fc.integer({ min: 1, max: 12 }),
  dueAfterHours: fc.double({ min: 0.25, max: 4, noNaN: true }),
  requestsPerView: fc.integer({ min: 1, max: 5 }),
})

test('the operator calls of a reader that are computed are those that a simulation counts', () => {
  fc.assert(
    fc.property(load, fc.integer(), (given, seed) => {
      const integers = randomFrom(seed)
      const random = () => integers(2 ** 32) / 2 ** 32
      const ratio = simulateCallsPerHour(given, random, 3000 / renewalsPerHour(given)) / callsPerHour(given)
      expect(ratio).toBeGreaterThan(0.9)
      expect(ratio).toBeLessThan(1.1)
    }),
    { numRuns: 20 },
  )
})

test('one instance calls once for a renewal, many instances once for each request of a page view', () => {
  const given = { viewsPerHour: 6, dueAfterHours: 1, requestsPerView: 3 }
  expect(callsPerRenewal({ ...given, instances: 1 })).toBe(1)
  expect(callsPerRenewal({ ...given, instances: 2 })).toBe(1.5)
  expect(callsPerRenewal({ ...given, instances: 1e9 })).toBeCloseTo(3)
})
