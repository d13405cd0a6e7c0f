import { expect, it } from 'vitest'
import { killLoop } from '../support/kill-loop.ts'
import { testOperator } from '../support/operator.ts'
import { newSeed } from '../support/random.ts'

it('a site that is killed at random moments keeps every revocation that it acknowledged (U3, K6, N4)', async () => {
  expect.hasAssertions()
  const operator = await testOperator()
  await killLoop({ rounds: 3, seed: newSeed(), operator })
  await operator.close()
})
