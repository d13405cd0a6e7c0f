import 'server-only'
import { env } from '../env/server.ts'
import { health } from '../observe/health.ts'
import { logEvent } from '../observe/log.ts'
import { createUid2Client, Uid2Error } from '../uid2/index.ts'

/**
 * Made anew rather than kept for the process: its errors are of this module instance's own class, and one
 * made by another instance would throw errors that `instanceof` below does not know. `sent` is called when
 * a request is on its way.
 */
export const operatorClient = (sent: () => void = () => {}) =>
  createUid2Client({
    ...env().operator,
    // None: the reader's next request is one, after the rest that `flights.ts` prescribes.
    retries: 0,
    fetch(url, init) {
      const answer = fetch(url, init)
      sent()
      return answer
    },
  })

/**
 * One call to the operator; null when it could not answer. Nothing about the operator is ever an error
 * of a page: faults are logged by code, and those that only we can mend are logged as ours.
 */
export async function callOperator<T>(call: () => Promise<T>): Promise<T | null> {
  const begun = performance.now()
  try {
    const outcome = await call()
    health().operator = 'ok'
    return outcome
  } catch (error) {
    const known = error instanceof Uid2Error
    // Anything else is a fault of ours or of the input, and tells nothing of the operator.
    if (known) health().operator = 'failing'
    const ours = known && (error.code === 'unauthorized' || error.code === 'client_error')
    logEvent(ours ? 'error' : 'warn', ours ? 'operator_misconfigured' : 'operator_call', {
      code: known ? error.code : 'unexpected',
      ...(known && error.httpStatus !== undefined && { httpStatus: error.httpStatus }),
      ms: Math.round(performance.now() - begun),
    })
    return null
  }
}
