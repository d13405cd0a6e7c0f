import { expect, it } from 'vitest'
import { attributingOperator } from '../support/attributing-operator.ts'
import { startInstances } from '../support/instances.ts'
import { playAtRandom } from '../support/model/play.ts'
import { startPostgres } from '../support/postgres.ts'

it('readers on two instances get only answers that the model allows (U3, K6, N4)', async () => {
  expect.hasAssertions()
  const [postgres, operator] = await Promise.all([startPostgres(), attributingOperator()])
  const env = { ...operator.env, UID2_TIMEOUT_MS: '30000', DATABASE_URL: await postgres.database() }
  const instances = await startInstances(env)
  await playAtRandom(instances, operator, { runs: 1500, stepsPerRestart: 60, longestMs: 300_000 })
  await instances.stop()
  await operator.close()
  await postgres.stop()
})
