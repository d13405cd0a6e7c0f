import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { withTimeout } from '#lib/shared/with-timeout.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

it('an answer in time is returned, and leaves no timer behind', async () => {
  expect(await withTimeout(Promise.resolve('answer'), 1000, () => 'late')).toBe('answer')
  expect(vi.getTimerCount()).toBe(0)
})

it('without an answer the fallback is returned at the time, and not before', async () => {
  const fallback = vi.fn(() => 'late')
  const answer = withTimeout(new Promise<string>(() => {}), 1000, fallback)
  await vi.advanceTimersByTimeAsync(999)
  expect(fallback).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(await answer).toBe('late')
})

it('a failure in time rejects, and a late one is ignored', async () => {
  await expect(withTimeout(Promise.reject(new Error('failed')), 1000, () => 'late')).rejects.toThrow('failed')
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  let reject: (error: Error) => void = () => {}
  const failing = new Promise<string>((_, fail) => {
    reject = fail
  })
  const answer = withTimeout(failing, 1000, () => 'late')
  await vi.advanceTimersByTimeAsync(1000)
  expect(await answer).toBe('late')
  reject(new Error('too late'))
  await vi.advanceTimersByTimeAsync(1)
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})

it('a fallback that throws rejects', async () => {
  const answer = withTimeout(new Promise<string>(() => {}), 1000, () => {
    throw new Error('late')
  })
  const failed = expect(answer).rejects.toThrow('late')
  await vi.advanceTimersByTimeAsync(1000)
  await failed
})
