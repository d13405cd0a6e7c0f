import { setTimeout as pause } from 'node:timers/promises'

/** Asks until the answer is true; the test's own time limit ends a wait that never does. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(10)
}
