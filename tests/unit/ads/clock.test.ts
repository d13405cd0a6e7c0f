import { expect, test } from 'vitest'
import { createClock } from '#lib/ads/token-store/browser.ts'

const HOUR = 3_600_000

/** Clocks that the test moves; the wall clock is a day off from the start. */
function twoClocks() {
  const at = { monotonic: 2_000, wall: 1_800_000_000_000 - 24 * HOUR }
  const now = createClock({ now: () => at.monotonic }, { now: () => at.wall })
  return {
    now,
    pass(ms: number) {
      at.monotonic += ms
      at.wall += ms
    },
    setWall(by: number) {
      at.wall += by
    },
  }
}

test('the clock counts from the load of the page, with any wall clock (U1)', () => {
  const { now, pass } = twoClocks()
  expect(now()).toBe(2_000)
  pass(HOUR)
  expect(now()).toBe(2_000 + HOUR)
})

test('the clock counts sleep, during which only the wall clock runs (U1)', () => {
  const { now, pass, setWall } = twoClocks()
  setWall(8 * HOUR)
  expect(now()).toBe(2_000 + 8 * HOUR)
  pass(10)
  setWall(HOUR)
  expect(now()).toBe(2_010 + 9 * HOUR)
})

test('a second of sleep counts, and less may be the resolution of a clock (U1)', () => {
  const { now, setWall } = twoClocks()
  setWall(1_000)
  expect(now()).toBe(3_000)
  setWall(999)
  expect(now()).toBe(3_000)
})

test('a wall clock that is set back neither turns the clock back nor hides later sleep (U1)', () => {
  const { now, pass, setWall } = twoClocks()
  setWall(-HOUR)
  expect(now()).toBe(2_000)
  pass(10)
  expect(now()).toBe(2_010)
  setWall(HOUR / 2)
  expect(now()).toBe(2_010 + HOUR / 2)
})

test('rounding of the two clocks does not add up', () => {
  const { now, pass, setWall } = twoClocks()
  for (let i = 0; i < 1_000; i++) {
    setWall(i % 2 === 0 ? 16 : -16)
    pass(1)
    now()
  }
  expect(now()).toBe(3_000)
})
