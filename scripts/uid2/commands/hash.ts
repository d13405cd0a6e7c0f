import { hashEmail, hashPhone, normalizeEmail, normalizePhone } from '#lib/uid2/index.ts'
import { type Answer, type Command, toUsageError, UsageError } from '../../command-line/command.ts'
import { pairs } from '../../command-line/terminal.ts'
import { personArgument, rawOptions, readRawDii } from '../dii-arguments.ts'

export const hash: Command = {
  name: 'hash',
  summary: 'Normalises and hashes an e-mail address or a phone number, without an operator',
  argument: personArgument,
  options: rawOptions,
  details: [
    'PERSON is an address or a number; - reads it from standard input.',
    'Prints the normalised form and its SHA-256 as an operator takes it: email_hash or phone_hash.',
  ],
  async run(args, context): Promise<Answer> {
    const dii = await readRawDii(args, context)
    if (!dii) throw new UsageError('Name one person: an address or a number.')
    const { kind, given } = dii
    const [normalised, base64] = await toUsageError(() =>
      kind === 'email'
        ? Promise.all([normalizeEmail(given), hashEmail(given)])
        : Promise.all([normalizePhone(given), hashPhone(given)]),
    )
    const hex = Buffer.from(base64, 'base64').toString('hex')
    const rows = [
      ['normalised', normalised],
      ['base64', base64],
      ['hex', hex],
    ] as const
    return { ok: true, json: { kind, normalised, base64, hex }, lines: (paint) => pairs(rows, paint) }
  },
}
