import { expectReplacedAtItsEnd } from './expiry-acts.ts'
import { test } from './fixtures.ts'

// Other clocks: tests/soak/expiry.spec.ts. An operator that is down: tests/soak/channels.spec.ts.
test('a token that ends on an open page leaves Prebid and is replaced, though the browser’s clock is a day fast (U1)', ({
  page,
  context,
  operator,
  watch,
  email,
}) => expectReplacedAtItsEnd({ page, context, operator, watch, email }, 86_400_000))
