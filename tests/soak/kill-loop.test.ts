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
  'a site on %s that is killed 200 times keeps every revocation that it acknowledged (U3, K6, N4)',
  async (_, where) => {
    expect.hasAssertions()
    await killLoop({ rounds: 200, seed: newSeed(), operator, ...(await where()) })
  },
  1_800_000,
)
