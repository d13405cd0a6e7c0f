import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AttributingOperator, attributingOperator } from '../attributing-operator.ts'
import { type Instances, startInstances } from '../instances.ts'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { play, steps } from './play.ts'

/**
 * Random requests to two production sites on one PostgreSQL. A failure is reduced to few steps and reported with its
 * seed, which `fc.assert` takes to repeat it. Parallel requests may then meet in another order.
 */
export function describeTwoInstances(options: {
  runs: number
  stepsPerRestart: number
  /** No run is started later than this. */
  longestMs: number
}): void {
  const { runs, stepsPerRestart, longestMs } = options
  let postgres: TestPostgres
  let operator: AttributingOperator
  let instances: Instances

  beforeAll(async () => {
    ;[postgres, operator] = await Promise.all([startPostgres(), attributingOperator()])
    const env = { ...operator.env, UID2_TIMEOUT_MS: '30000', DATABASE_URL: await postgres.database() }
    instances = await startInstances(env)
  })
  afterAll(async () => {
    await instances.stop()
    await operator.close()
    await postgres.stop()
  })

  it(
    'readers on two instances get only answers that the model allows (U3, K6, N4)',
    async () => {
      expect.hasAssertions()
      const property = fc.asyncProperty(steps({ in: stepsPerRestart }), (list) =>
        play(list, instances, operator),
      )
      await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: longestMs })
    },
    // The last run may be slow on a busy machine, and a failure is reduced.
    longestMs + 120_000,
  )
}
