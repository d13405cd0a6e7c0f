import { expectReplacedAtItsEnd } from '../e2e/expiry-acts.ts'
import { test } from '../e2e/fixtures.ts'

for (const [clock, shift] of [
  ['right', 0],
  ['a day slow', -86_400_000],
] as const)
  test(`a token that ends on an open page leaves Prebid and is replaced; the browser’s clock is ${clock} (U1)`, ({
    page,
    context,
    operator,
    watch,
    email,
  }) => expectReplacedAtItsEnd({ page, context, operator, watch, email }, shift))
