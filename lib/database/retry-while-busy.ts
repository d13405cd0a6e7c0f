import 'server-only'
import { setTimeout as pause } from 'node:timers/promises'
import { errorCode } from '../observe/error-code'

const pauseMs = 50

/** Waits for another process's lock without holding up this one, which SQLite's own waiting would. */
export async function retryWhileBusy<T>(run: () => Promise<T>, longestMs: number): Promise<T> {
  for (let waited = 0; ; waited += pauseMs)
    try {
      return await run()
    } catch (error) {
      if (waited >= longestMs || !errorCode(error).startsWith('SQLITE_BUSY')) throw error
      await pause(pauseMs)
    }
}
