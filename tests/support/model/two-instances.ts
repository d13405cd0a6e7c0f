import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type AttributingOperator, attributingOperator } from '../attributing-operator.ts'
import { type Instances, startInstances } from '../instances.ts'
import { startPostgres, type TestPostgres } from '../postgres.ts'
import { play, steps } from './play.ts'

/**
 * Two production sites on one PostgreSQL, played with at random. What fails is shrunk to few steps and told with
 * its seed; `fc.assert` takes both back. Requests that run side by side need not meet in the same order again.
 */
export function describeTwoInstances(options: {
  runs: number
  stepsPerRestart: number
  /** No more runs are begun after so long. */
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
    'U3, K6, N4: whatever readers do on two instances, the answers are among those that a model allows',
    async () => {
      expect.hasAssertions()
      const property = fc.asyncProperty(steps({ in: stepsPerRestart }), (list) =>
        play(list, instances, operator),
      )
      await fc.assert(property, { numRuns: runs, interruptAfterTimeLimit: longestMs })
    },
    // The last one may take its time on a busy machine, and what fails is made smaller.
    longestMs + 120_000,
  )
}
