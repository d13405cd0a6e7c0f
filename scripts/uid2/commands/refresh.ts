import { type Answer, type Command, toUsageError, UsageError } from '../../command-line/command.ts'
import { createClient, requireCredentials } from '../credentials.ts'
import { outcomeAnswer, readIdentity } from '../identity.ts'

export const refresh: Command = {
  name: 'refresh',
  summary: 'Asks the operator to refresh an identity',
  argument: 'FILE',
  options: {},
  details: [
    'FILE holds an identity as JSON: the output of generate --json or refresh --json, or an operator’s own body;',
    '- reads it from standard input.',
  ],
  async run(args, context): Promise<Answer> {
    const credentials = requireCredentials(context.env)
    const client = await createClient(credentials, context)
    if (args.argument === undefined) throw new UsageError('Name the file with the identity, or -.')
    const identity = readIdentity(await context.contentOf(args.argument))
    const outcome = await toUsageError(() => client.refreshToken(identity))
    return outcomeAnswer(outcome, credentials.product, context.now())
  },
}
