import 'server-only'
import { env } from '../env/server.ts'
import { createUid2Client, type Uid2Client } from '../uid2/index.ts'

/** Without retries: the reader's next request is one, after a while that `operator-calls.ts` prescribes. */
export const operatorClient = (): Uid2Client => createUid2Client({ ...env().operator, retries: 0 })
