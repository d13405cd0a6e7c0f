import type { HandoffEnvironment } from './environment.ts'

/** How long an act may take to reach the server before a tab asks regardless. */
const GRACE_MS = 3_000

/**
 * From a clear until the act behind it has reached the server, which still tells of the old state. Ends
 * when the act is confirmed, or by itself: a confirmation may never come.
 */
export function createHold(env: Pick<HandoffEnvironment, 'setTimeout' | 'clearTimeout'>, over: () => void) {
  let by: 'mine' | 'theirs' | null = null
  let timer = 0

  return {
    /** Whose act it is: of this tab or of another one. */
    get by() {
      return by
    },
    begin(whose: 'mine' | 'theirs'): void {
      by = whose
      env.clearTimeout(timer)
      timer = env.setTimeout(over, GRACE_MS)
    },
    end(): void {
      by = null
      env.clearTimeout(timer)
    },
  }
}
