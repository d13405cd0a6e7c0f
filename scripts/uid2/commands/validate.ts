import { type Answer, type Command, UsageError } from '../../command-line/command.ts'
import { prose } from '../../command-line/terminal.ts'
import { createClient, requireCredentials } from '../credentials.ts'
import { diiOptions, readDii } from '../dii-arguments.ts'
import { noLines } from '../identity.ts'
import { validityOf } from '../validate-token.ts'

export const validate: Command = {
  name: 'validate',
  summary: 'Asks the operator whether an advertising token was made from a person',
  argument: 'TOKEN',
  options: diiOptions,
  details: [
    'TOKEN is an advertising token of your own site; - reads it from standard input. Its expiry does not matter.',
    'After the yearly change of a person’s salt, an old token no longer matches them.',
  ],
  async run(args, context): Promise<Answer> {
    const credentials = requireCredentials(context.env)
    const client = await createClient(credentials, context)
    if (args.argument === undefined) throw new UsageError('Name the advertising token, or -.')
    const token = await context.textOf(args.argument)
    const status = await validityOf(client, token, await readDii(args, context))
    const lines: Answer['lines'] = (paint) => {
      if (status === 'valid') return [paint.good('valid'), 'The token was made from this person.']
      if (status !== 'not_theirs') return noLines(status, credentials.product, paint)
      const advice =
        'The token was made from another person, from another spelling or hash of this person, or before their salt changed. `verify --token` looks for the mistake.'
      return [paint.bad('not theirs'), ...prose(advice, '')]
    }
    return { ok: status === 'valid', json: { status }, lines }
  },
}
