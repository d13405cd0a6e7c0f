import { setTimeout as pause } from 'node:timers/promises'

/** Waits until the condition is true, at most as long as the test may take. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(10)
}
