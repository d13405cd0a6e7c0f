import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { within } from '#lib/auth/within.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('an answer in time is the answer, and leaves no timer behind', async () => {
  expect(await within(1000, Promise.resolve('answer'), () => 'late')).toBe('answer')
  expect(vi.getTimerCount()).toBe(0)
})

it('one that does not come is answered in its stead, at the time and not before', async () => {
  const inItsStead = vi.fn(() => 'late')
  const answer = within(1000, new Promise<string>(() => {}), inItsStead)
  await vi.advanceTimersByTimeAsync(999)
  expect(inItsStead).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(await answer).toBe('late')
})

it('a failure in time is a failure, and one that comes too late is nobody’s', async () => {
  await expect(within(1000, Promise.reject(new Error('failed')), () => 'late')).rejects.toThrow('failed')
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  let reject: (error: Error) => void = () => {}
  const failing = new Promise<string>((_, no) => {
    reject = no
  })
  const answer = within(1000, failing, () => 'late')
  await vi.advanceTimersByTimeAsync(1000)
  expect(await answer).toBe('late')
  reject(new Error('too late'))
  await vi.advanceTimersByTimeAsync(1)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
