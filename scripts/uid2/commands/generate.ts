import type { Answer, Command } from '../../command-line/command.ts'
import { toUsageError } from '../../command-line/command.ts'
import { createClient, requireCredentials } from '../credentials.ts'
import { diiOptions, personArgument, readDii } from '../dii-arguments.ts'
import { outcomeAnswer } from '../identity.ts'

export const generate: Command = {
  name: 'generate',
  summary: 'Asks the operator for an identity of a person',
  argument: personArgument,
  options: {
    ...diiOptions,
    tcf: { value: 'STRING', help: 'EUID: the TCF consent string to send' },
    raw: { help: 'send the address as it is and let the operator normalise and hash it' },
  },
  details: [
    'PERSON is an address or a number; - reads it from standard input.',
    'generate --json can be piped into refresh -.',
  ],
  async run(args, context): Promise<Answer> {
    const credentials = requireCredentials(context.env)
    const client = await createClient(credentials, context, { sendRaw: args.flag('raw') })
    const dii = await readDii(args, context, args.argument)
    const tcfConsentString = args.text('tcf')
    const outcome = await toUsageError(() =>
      client.generateToken(dii, tcfConsentString === undefined ? {} : { tcfConsentString }),
    )
    return outcomeAnswer(outcome, credentials.product, context.now())
  },
}
