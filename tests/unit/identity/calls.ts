import { randomBytes } from 'node:crypto'
import { createMemoryStore } from '#lib/consent/memory.ts'
import { createOperatorCalls } from '#lib/identity/operator-calls.ts'
import type { Product } from '#lib/identity/public-identity.ts'
import type { IdentityEvent } from '#lib/identity/types.ts'
import { fakeOperator, grant } from '../../support/core.ts'

/** The operator calls of one site, for a reader who consented. */
export async function setUp({ name = randomBytes(6).toString('hex'), product = 'uid2' as Product } = {}) {
  const operator = fakeOperator(Date.now)
  const store = createMemoryStore({ product })
  const events: IdentityEvent[] = []
  const emit = (event: IdentityEvent) => void events.push(event)
  const calls = createOperatorCalls({ client: operator.client, store, product, timeoutMs: 700, name, emit })
  const subject = { sub: 'test:a', sid: 'sid-a', diiHash: randomBytes(8).toString('hex') }
  await store.recordChoice(subject, grant)
  const dii = { email: 'reader@example.com' }
  const generate = (consentString?: string) => calls.generate(subject, dii, consentString)
  const identity = operator.issue()
  const refresh = () => calls.refresh(identity, subject)
  return { operator, store, events, calls, subject, generate, identity, refresh }
}
export type Site = Awaited<ReturnType<typeof setUp>>

/** Makes the operator hold its answers. */
export function holdAnswers({ operator }: Site) {
  let answer = () => {}
  const held = new Promise<undefined>((resolve) => {
    answer = () => resolve(undefined)
  })
  operator.answer = () => held
  return answer
}
export const fail = (error: unknown) => async () => Promise.reject(error)
