import { expect, test } from 'vitest'
import { signOut } from '#lib/ads/sign-out.ts'

function recorder() {
  const order: string[] = []
  return { order, handoff: { clear: (status: string) => void order.push(status) } }
}

test('clears before the server is asked and again after: a tab may have asked in between (N23)', async () => {
  const { order, handoff } = recorder()
  const done = await signOut(handoff, async () => {
    order.push('post')
    return new Response(null, { status: 204 })
  })
  expect(done).toBe(true)
  expect(order).toEqual(['signed_out', 'post', 'signed_out'])
})

test.each([
  ['a refusal', async () => new Response(null, { status: 403 })],
  ['no network', () => Promise.reject(new TypeError('offline'))],
])('%s leaves it to the form', async (_name, post) => {
  const { handoff } = recorder()
  expect(await signOut(handoff, post)).toBe(false)
})
