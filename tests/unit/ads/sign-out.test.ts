import { expect, test } from 'vitest'
import { signOut } from '#lib/ads/sign-out.ts'

function recorder() {
  const order: string[] = []
  const clear = (status: string) => {
    order.push(status)
    return () => void order.push('confirmed')
  }
  return { order, handoff: { clear } }
}

test('clears before the server is asked, and tells the other tabs when it has answered (N23)', async () => {
  const { order, handoff } = recorder()
  const done = await signOut(handoff, async () => {
    order.push('post')
    return new Response(null, { status: 204 })
  })
  expect(done).toBe(true)
  expect(order).toEqual(['signed_out', 'post', 'confirmed'])
})

test.each([
  ['a refusal', async () => new Response(null, { status: 403 })],
  ['no network', () => Promise.reject(new TypeError('offline'))],
])('%s leaves it to the form', async (_name, post) => {
  const { handoff, order } = recorder()
  expect(await signOut(handoff, post)).toBe(false)
  expect(order).toEqual(['signed_out'])
})
