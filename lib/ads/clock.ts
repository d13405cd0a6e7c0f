/** A difference that small is the resolution of a clock or its slow correction. */
const JUMP_MS = 1_000

/**
 * Ms since the page began to load, sleep of the device included: on several systems the monotonic clock
 * stands still meanwhile, and only the wall clock tells. Of that one only leaps ahead count, so one that
 * is wrong changes nothing, one that is set back prolongs nothing, and one that is set forward makes
 * things expire early, which costs a question.
 */
export function createClock(monotonic: () => number, wall: () => number): () => number {
  let apart = wall() - monotonic()
  let slept = 0
  return () => {
    const at = monotonic()
    const jump = wall() - at - apart
    if (Math.abs(jump) >= JUMP_MS) {
      apart += jump
      slept += Math.max(0, jump)
    }
    return at + slept
  }
}
