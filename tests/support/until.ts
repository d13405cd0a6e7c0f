import { setTimeout as pause } from 'node:timers/promises'

/** Waits until the condition is true. The test's time limit ends a wait that never succeeds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(10)
}
