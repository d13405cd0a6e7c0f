import { afterAll, beforeAll, expect, it } from 'vitest'
import { killLoop } from '../support/kill-loop.ts'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { startPostgres, type TestPostgres } from '../support/postgres.ts'
import { newSeed } from '../support/random.ts'

let operator: TestOperator
let postgres: TestPostgres
beforeAll(async () => {
  ;[operator, postgres] = await Promise.all([testOperator(), startPostgres()])
})
afterAll(async () => {
  await operator.close()
  await postgres.stop()
})

it.each([
  ['SQLite', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await postgres.database() })],
])(
  'U3, K6, N4: killed 200 times at any moment, a site on %s has forgotten no end that it had answered',
  async (_, where) => {
    expect.hasAssertions()
    await killLoop({ rounds: 200, seed: newSeed(), operator, ...(await where()) })
  },
  1_800_000,
)
