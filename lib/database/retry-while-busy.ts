import 'server-only'
import { setTimeout as pause } from 'node:timers/promises'
import { errorCode } from '../observe/error-code'

const pauseMs = 50

/** Retries while another process has locked the SQLite file. SQLite's own wait would block this process. */
export async function retryWhileBusy<T>(run: () => Promise<T>, maxMs: number): Promise<T> {
  for (let waited = 0; ; waited += pauseMs)
    try {
      return await run()
    } catch (error) {
      if (waited >= maxMs || !errorCode(error).startsWith('SQLITE_BUSY')) throw error
      await pause(pauseMs)
    }
}
