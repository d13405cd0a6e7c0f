/** A difference that small is the resolution of a clock or its slow correction. */
const JUMP_MS = 1_000

interface Clock {
  now(): number
}

/**
 * Ms since the page began to load, sleep of the device included: on several systems the monotonic clock
 * stands still meanwhile, and only the wall clock tells. Of that one only leaps ahead count, so one that
 * is wrong changes nothing, one that is set back prolongs nothing, and one that is set forward makes
 * things expire early, which costs a question.
 */
export function createClock(monotonic: Clock, wall: Clock): () => number {
  let apart = wall.now() - monotonic.now()
  let slept = 0
  return () => {
    const at = monotonic.now()
    const jump = wall.now() - at - apart
    if (Math.abs(jump) >= JUMP_MS) {
      apart += jump
      slept += Math.max(0, jump)
    }
    return at + slept
  }
}
