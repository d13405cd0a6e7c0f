import { expect, it } from 'vitest'
import { createCounters, maxKeys } from '#lib/database/counters.ts'

const rule = { points: 3, seconds: 60 }

it('at most a fixed number of keys is kept (S24)', () => {
  const counters = createCounters(rule)
  for (let i = 0; i < 3 * maxKeys; i++) expect(counters.consume(`key ${i}`, 0)).toBeNull()
  expect(counters.size()).toBe(maxKeys)
})

it('a key in use keeps its count while others are dropped', () => {
  const counters = createCounters(rule)
  for (let i = 0; i < 3 * maxKeys; i++) {
    counters.consume(`key ${i}`, 0)
    if (i % 1000 === 0) counters.consume('in use', 0)
  }
  expect(counters.consume('in use', 0)).toBe(60_000)
})

it('the time starts with the first point, and refused points do not extend it', () => {
  const counters = createCounters(rule)
  for (let i = 0; i < 3; i++) expect(counters.consume('a', 1000 * i)).toBeNull()
  expect(counters.consume('a', 10_000)).toBe(50_000)
  expect(counters.consume('a', 59_999)).toBe(1)
  expect(counters.consume('a', 60_000)).toBeNull()
})

it('keys are dropped after their time, when others come', () => {
  const counters = createCounters(rule)
  for (let i = 0; i < 100; i++) counters.consume(`key ${i}`, 0)
  for (let i = 0; i < 50; i++) counters.consume('another', 60_000)
  expect(counters.size()).toBe(1)
})
