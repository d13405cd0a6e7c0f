import { type DiiInput, type Uid2Client, Uid2Error } from '#lib/uid2/index.ts'
import { toUsageError } from '../command-line/command.ts'

export type Validity = 'valid' | 'not_theirs' | 'invalid_token' | 'foreign_token'

/** Whether a token was made from this DII, or why the operator does not say. */
export async function validityOf(client: Uid2Client, token: string, dii: DiiInput): Promise<Validity> {
  try {
    return (await toUsageError(() => client.validateToken(token, dii))) ? 'valid' : 'not_theirs'
  } catch (error) {
    if (!(error instanceof Uid2Error) || error.code !== 'client_error') throw error
    // The operator's messages: it has no code for either.
    if (error.operatorMessage === 'Invalid token') return 'invalid_token'
    if (error.operatorMessage === 'Unauthorised to validate token') return 'foreign_token'
    throw error
  }
}
