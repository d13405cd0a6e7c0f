import { afterAll, beforeAll, expect, it } from 'vitest'
import { killLoop } from '../support/kill-loop.ts'
import { type TestOperator, testOperator } from '../support/operator.ts'
import { newSeed } from '../support/random.ts'

let operator: TestOperator
beforeAll(async () => {
  operator = await testOperator()
})
afterAll(() => operator.close())

it('U3, K6, N4: killed at any moment, the site has forgotten no end that it had answered', async () => {
  expect.hasAssertions()
  await killLoop({ rounds: 10, seed: newSeed(), operator })
  // Each round starts the site anew, which takes a while on a busy machine.
}, 240_000)
